import { and, eq, inArray } from "drizzle-orm";
import { imports } from "#db/schema/index.ts";
import { listAttributes } from "../attribute/read.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "../platform/context.ts";
import { ATTRIBUTE_TYPES } from "../subscriber/types.ts";
import type { ImportIdInput, MapImportInput, SetImportHeaderInput } from "./input.ts";
import { attributeKey, suggestMapping } from "./rules.ts";
import { requestTry } from "./try.ts";
import { DATE_ORDERS, type ImportColumn } from "./types.ts";

/** Saves what each column becomes. Exactly one address column; keys not twice. May change whether row 1 is a header. */
export async function mapImport(
  ctx: WorkspaceCtx,
  input: { importId: number; columns: ImportColumn[] },
): Promise<Result> {
  requireRole(ctx, "marketer");
  const [row] = await ctx.db
    .select()
    .from(imports)
    .where(
      and(
        eq(imports.id, input.importId),
        eq(imports.workspaceId, ctx.workspaceId),
        inArray(imports.state, ["mapping"]),
      ),
    )
    .limit(1);
  if (!row) return refuse("This import is already running or done.");
  const addresses = input.columns.filter((column) => column.to === "address").length;
  if (addresses === 0)
    return refuse(
      "No column holds the e-mail address. Say which one does; without it nobody can be imported.",
    );
  if (addresses > 1) return refuse("Two columns are marked as the e-mail address. Keep one.");
  const keys = input.columns.flatMap((column) => (column.to === "attribute" ? [column.key] : []));
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice) return refuse(`Two columns go to “${twice}”. Give one of them another name, or leave it out.`);
  for (const once of ["consent-at", "consent-ip", "tags", "agreed"] as const) {
    if (input.columns.filter((column) => column.to === once).length > 1)
      return refuse("Tags, consent, its date and its IP can come from one column each.");
  }
  await ctx.db
    .update(imports)
    .set({ mapping: { columns: input.columns }, updatedAt: ctx.now() })
    .where(eq(imports.id, row.id));
  await requestTry(ctx.db, row.id);
  return { ok: true };
}

/** Says that row 1 is, or is not, a header; the mapping is suggested anew. */
export async function setImportHeader(ctx: WorkspaceCtx, input: SetImportHeaderInput): Promise<Result> {
  requireRole(ctx, "marketer");
  const [row] = await ctx.db
    .select()
    .from(imports)
    .where(
      and(
        eq(imports.id, input.importId),
        eq(imports.workspaceId, ctx.workspaceId),
        eq(imports.state, "mapping"),
      ),
    )
    .limit(1);
  if (!row) return refuse("This import is already running or done.");
  if (row.hasHeader === input.hasHeader) return { ok: true };
  const rows = row.hasHeader ? [row.header ?? [], ...(row.sample ?? [])] : (row.sample ?? []);
  const header = input.hasHeader ? (rows[0] ?? []).map((cell) => cell.trim()) : null;
  const sample = input.hasHeader ? rows.slice(1) : rows;
  await ctx.db
    .update(imports)
    .set({
      hasHeader: input.hasHeader,
      header,
      sample,
      mapping: { columns: suggestMapping(header, sample, await listAttributes(ctx)) },
      updatedAt: ctx.now(),
    })
    .where(eq(imports.id, row.id));
  await requestTry(ctx.db, row.id);
  return { ok: true };
}

/** Forgets the mapping of an earlier import and suggests one from this file alone. */
export async function mapAfresh(ctx: WorkspaceCtx, input: ImportIdInput): Promise<Result> {
  requireRole(ctx, "marketer");
  const [row] = await ctx.db
    .select({ id: imports.id, header: imports.header, sample: imports.sample })
    .from(imports)
    .where(
      and(
        eq(imports.id, input.importId),
        eq(imports.workspaceId, ctx.workspaceId),
        eq(imports.state, "mapping"),
      ),
    );
  if (!row) return refuse("This import is already running or done.");
  await ctx.db
    .update(imports)
    .set({
      mapping: { columns: suggestMapping(row.header, row.sample ?? [], await listAttributes(ctx)) },
      updatedAt: ctx.now(),
    })
    .where(eq(imports.id, row.id));
  await requestTry(ctx.db, row.id);
  return { ok: true };
}

/**
 * The same from the choices of a form, one a column: `address`, `skip`, `tags`, `consent-at`, `consent-ip`, `agreed`,
 * `attribute:<key>` for one that exists, `new:<type>` for one named after the column; dates with `:day-first` or
 * `:month-first` where the person said so.
 */
export async function mapChoices(ctx: WorkspaceCtx, input: MapImportInput): Promise<Result> {
  requireRole(ctx, "marketer");
  const [row] = await ctx.db
    .select({ header: imports.header })
    .from(imports)
    .where(and(eq(imports.id, input.importId), eq(imports.workspaceId, ctx.workspaceId)));
  if (!row) return refuse("There is no such import.");
  const known = await listAttributes(ctx);
  const columns = input.choices.map((choice, i): ImportColumn => {
    const [to, rest, said] = choice.split(":");
    const order = DATE_ORDERS.find((one) => one === said);
    if (to === "attribute") {
      const attribute = known.find((one) => one.key === rest);
      return attribute ? { to, ...attribute, ...(order && { order }) } : { to: "skip" };
    }
    if (to === "new") {
      const label = row.header?.[i]?.trim() || `Column ${i + 1}`;
      const type = ATTRIBUTE_TYPES.find((one) => one === rest) ?? "text";
      return {
        to: "attribute",
        key: attributeKey(label),
        label: label.slice(0, 80),
        type,
        ...(order && { order }),
      };
    }
    const plain = (["address", "tags", "consent-at", "consent-ip", "agreed"] as const).find(
      (one) => one === to,
    );
    return { to: plain ?? "skip" };
  });
  return mapImport(ctx, { importId: input.importId, columns });
}
