import { createHash } from "node:crypto";
import { and, eq, sql as query } from "drizzle-orm";
import type { Sql } from "postgres";
import { imports } from "#db/schema/index.ts";
import type { Ctx } from "../platform/context.ts";
import type { Db } from "../platform/db.ts";
import { enqueue } from "../platform/jobs.ts";
import { notifyLive } from "../platform/notify.ts";
import { erasurePepper } from "../subscriber/erasure.ts";
import type { Import } from "./read.ts";
import { stageFile } from "./read-file.ts";
import { type DryRunExample, emptyDryRun, type ImportDryRun } from "./types.ts";

/** Rows shown behind a number. */
const EXAMPLES = 20;

/** What the answer of a dry run belongs to. */
const stateOf = (row: Pick<Import, "mapping" | "hasHeader">): string =>
  createHash("sha1")
    .update(JSON.stringify([row.mapping, row.hasHeader]))
    .digest("hex");

/** Has all rows tried against the mapping of this moment; an earlier trial that still waits is replaced. */
export async function requestTry(db: Db, importId: number): Promise<void> {
  const [row] = await db.select().from(imports).where(eq(imports.id, importId));
  if (!row?.mapping?.columns.some((column) => column.to === "address")) {
    await db.update(imports).set({ dryRun: null }).where(eq(imports.id, importId));
    return;
  }
  if (row.dryRun?.mapping === stateOf(row) && row.dryRun.state !== "failed") return;
  await db
    .update(imports)
    .set({ dryRun: emptyDryRun(stateOf(row)) })
    .where(eq(imports.id, importId));
  await enqueue(db, "try-import", { importId }, { key: `try:${importId}`, maxAttempts: 2 });
}

class MappedAnew extends Error {}

/**
 * Tries the mapping of an import on all rows of its file, as confirmed people, and keeps what would happen. Writes nobody.
 * Gives up where the mapping has changed meanwhile: another trial is on its way then.
 */
export async function tryImport(ctx: Ctx, sql: Sql, input: { importId: number }): Promise<void> {
  const [row] = await ctx.db
    .select()
    .from(imports)
    .where(and(eq(imports.id, input.importId), eq(imports.state, "mapping")));
  if (!row?.fileId || !row.mapping) return;
  const mapping = stateOf(row);
  const table = `import_try_${row.id}`;
  const run: ImportDryRun = { ...emptyDryRun(mapping), filled: row.mapping.columns.map(() => 0) };
  const reasons = new Map<string, number>();
  const keep = async (now: ImportDryRun): Promise<void> => {
    const kept = await ctx.db
      .update(imports)
      .set({ dryRun: now })
      .where(
        and(
          eq(imports.id, row.id),
          eq(imports.state, "mapping"),
          query`${imports.dryRun}->>'mapping' = ${mapping}`,
        ),
      )
      .returning({ id: imports.id });
    if (kept.length === 0) throw new MappedAnew();
    await notifyLive(ctx.db, `import:${row.id}`);
  };
  try {
    const staged = await stageFile(ctx, sql, row, table, {
      extraTags: [],
      asksConsent: true,
      onCells: (cells) => {
        for (let i = 0; i < run.filled.length; i++) if (cells[i]) run.filled[i]!++;
      },
      onRejects: async (rejects) => {
        for (const { line, reason, cells } of rejects) {
          const plain = plainReason(reason);
          reasons.set(plain, (reasons.get(plain) ?? 0) + 1);
          if (run.examples.rejected.length < EXAMPLES)
            run.examples.rejected.push({ line, address: cells.join(", ").slice(0, 100), reason });
        }
      },
      onProgress: ({ rowsRead, rejected }) => keep({ ...run, rows: rowsRead, rejected }),
    });
    const found = await compare(sql, table, row, erasurePepper(ctx.settings.secret, row.workspaceId));
    await keep({
      ...run,
      ...found.counts,
      examples: { ...run.examples, ...found.examples },
      rows: staged.rowsRead,
      rejected: staged.rejected,
      reasons: [...reasons]
        .map(([reason, n]) => ({ reason, n }))
        .sort((a, b) => b.n - a.n)
        .slice(0, EXAMPLES),
      stoppedBecause: staged.stoppedBecause,
      state: "done",
    });
  } catch (error) {
    if (!(error instanceof MappedAnew)) {
      await keep({ ...run, state: "failed" }).catch(() => {});
      throw error;
    }
  } finally {
    await sql`drop table if exists ${sql(table)}`;
  }
}

/** A reason without the value in it, so that reasons can be counted. */
export const plainReason = (reason: string): string =>
  reason.replace(/ ?\(“.*”\)$/s, "").replace(/“[^”]*”/gs, "a value");

/** What the staged people would be to those who are here. */
async function compare(
  sql: Sql,
  table: string,
  row: Import,
  pepper: string,
): Promise<{
  counts: Pick<ImportDryRun, "created" | "updated" | "unchanged" | "doubles" | "suppressed">;
  examples: Pick<ImportDryRun["examples"], "doubles" | "suppressed">;
}> {
  const { workspaceId } = row;
  return sql.begin(async (tx) => {
    await tx`set local work_mem = '64MB'`;
    // Looks into indexes address by address, as in the merge.
    await tx`set local enable_seqscan = off`;
    await tx`
      create temp table tried on commit drop as
      select k.line, k.address, k.address_key, s.id is not null as is_here,
        s.id is not null and not (s.attributes @> k.attributes and s.tags @> k.tags) as is_changed,
        coalesce(x.reason::text, case when s.id is null and exists (select from erasures e where e.workspace_id = ${workspaceId}
          and e.mark = sha256(convert_to(${pepper}::text || k.address_key, 'UTF8'))) then 'erased' end) as stopped
      from (select distinct on (t.address_key) t.* from ${tx(table)} t order by t.address_key, t.line) k
      left join lateral (
        select s.id, s.attributes, s.tags from subscribers s
        where s.workspace_id = ${workspaceId} and s.address_key = k.address_key collate "default" limit 1
      ) s on true
      left join lateral (
        select x.reason from suppressions x where x.address_key = k.address_key collate "default" and x.lifted_at is null
          and (x.workspace_id is null or x.workspace_id = ${workspaceId}) limit 1
      ) x on true`;
    await tx`set local enable_seqscan = on`;
    const [counts] = await tx<(Omit<ImportDryRun, "doubles"> & { people: number })[]>`
      select count(*)::int as people,
        count(*) filter (where stopped is not null)::int as suppressed,
        count(*) filter (where stopped is null and not is_here)::int as created,
        count(*) filter (where stopped is null and is_changed)::int as updated,
        count(*) filter (where stopped is null and is_here and not is_changed)::int as unchanged
      from tried`;
    const [all] = await tx<{ n: number }[]>`select count(*)::int as n from ${tx(table)}`;
    const { people, ...rest } = counts!;
    const doubles = await tx<DryRunExample[]>`
      select t.line, t.address, 'The same address stands in line ' || c.line as reason
      from ${tx(table)} t join tried c on c.address_key = t.address_key and t.line <> c.line order by t.line limit ${EXAMPLES}`;
    const suppressed = await tx<DryRunExample[]>`
      select line, address, stopped as reason from tried where stopped is not null order by line limit ${EXAMPLES}`;
    return {
      counts: { ...rest, doubles: all!.n - people },
      examples: { doubles: [...doubles], suppressed: [...suppressed] },
    };
  });
}
