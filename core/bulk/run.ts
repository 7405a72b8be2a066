import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import { bulkActPeople, bulkActs, subscribers as s, workspaces } from "#db/schema/index.ts";
import type { Ctx, WorkspaceCtx, WorkspaceId } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { notifyLive } from "../platform/notify.ts";
import { filterSql } from "../subscriber/filter.ts";
import { SubscriberFilter } from "../subscriber/filter-shape.ts";
import { applyChunk } from "./apply.ts";
import { undoChunk } from "./undo-chunk.ts";

type Act = typeof bulkActs.$inferSelect;

/** People changed in one transaction: some 100 ms of work, so that locks are short and progress moves. */
const CHUNK = 2_000;
const ERASE_CHUNK = 200;

/**
 * Runs a bulk act, or its undoing, to its end: whom it is about is settled first, then they are changed in chunks of
 * ascending id. Safe to run again after a crash: each chunk moves the cursor in its own transaction. Stops where it was
 * cancelled.
 */
export async function runBulk(ctx: Ctx, input: { actId: number }): Promise<void> {
  await settleWhom(ctx, input.actId);
  for (let more = true; more; ) {
    more = await withTransaction(ctx, async (tx) => {
      const act = await lockAct(tx, input.actId, ["running", "undoing"]);
      if (!act) return false;
      const ids = await nextIds(tx, act);
      if (ids.length > 0 && act.state === "running") await doChunk(tx, act, ids);
      if (ids.length > 0 && act.state === "undoing") await undoChunk(tx, act, ids);
      const isOver = ids.length === 0;
      await tx.db
        .update(bulkActs)
        .set(
          isOver
            ? { state: act.state === "running" ? "finished" : "undone", finishedAt: ctx.now() }
            : { cursor: ids.at(-1)!, done: sql`${bulkActs.done} + ${ids.length}` },
        )
        .where(eq(bulkActs.id, act.id));
      await notifyLive(tx.db, `bulk:${act.id}`);
      if (isOver) await notifyLive(tx.db, `workspace:${act.workspaceId}`);
      return !isOver;
    });
  }
}

async function lockAct(ctx: Ctx, actId: number, states: Act["state"][]): Promise<Act | null> {
  const [act] = await ctx.db
    .select()
    .from(bulkActs)
    .where(and(eq(bulkActs.id, actId), inArray(bulkActs.state, states)))
    .for("update");
  return act ?? null;
}

/** Writes down once whom the act is about, so that who matches later is not changed, and all are counted. */
async function settleWhom(ctx: Ctx, actId: number): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    const act = await lockAct(tx, actId, ["queued"]);
    if (!act) return;
    if (act.filter !== null) {
      const where = await whereOf(tx, act, act.filter);
      await tx.db.execute(sql`insert into ${bulkActPeople} (act_id, subscriber_id)
        select ${act.id}::int, ${s.id} from ${s} where ${where}`);
    }
    const total = await tx.db.$count(bulkActPeople, eq(bulkActPeople.actId, act.id));
    await tx.db
      .update(bulkActs)
      .set({ state: "running", startedAt: ctx.now(), total })
      .where(eq(bulkActs.id, act.id));
    await notifyLive(tx.db, `bulk:${act.id}`);
  });
}

async function whereOf(ctx: Ctx, act: Act, filter: string): Promise<SQL> {
  const [workspace] = await ctx.db
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(eq(workspaces.id, act.workspaceId));
  const own: WorkspaceCtx = { ...ctx, workspaceId: workspace!.id as WorkspaceId, role: "marketer" };
  return filterSql(own, SubscriberFilter.parse(Object.fromEntries(new URLSearchParams(filter))));
}

async function nextIds(ctx: Ctx, act: Act): Promise<number[]> {
  const rows = await ctx.db
    .select({ id: bulkActPeople.subscriberId })
    .from(bulkActPeople)
    .where(and(eq(bulkActPeople.actId, act.id), sql`${bulkActPeople.subscriberId} > ${act.cursor}`))
    .orderBy(bulkActPeople.subscriberId)
    .limit(act.kind === "erase" ? ERASE_CHUNK : CHUNK);
  return rows.map((row) => row.id);
}

/** Only those whom the act changed stay written down: they are the ones that an undo is about. */
async function doChunk(ctx: Ctx, act: Act, ids: number[]): Promise<void> {
  const changed = await applyChunk(ctx, act, ids);
  const [counted] = await ctx.db.execute<{ n: number }>(sql`
    with changed as (
      select (x->>'id')::bigint as id, array(select jsonb_array_elements_text(x->'lists')::int) as lists
      from jsonb_array_elements(${JSON.stringify(changed)}::jsonb) x
    ), gone as (
      delete from ${bulkActPeople} p where p.act_id = ${act.id}
        and p.subscriber_id in (select x::bigint from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) x)
        and not exists (select from changed c where c.id = p.subscriber_id)
    ), noted as (
      update ${bulkActPeople} p set lists = c.lists from changed c
      where p.act_id = ${act.id} and p.subscriber_id = c.id and cardinality(c.lists) > 0
    ) select count(*)::int as n from changed`);
  await ctx.db
    .update(bulkActs)
    .set({ changed: sql`${bulkActs.changed} + ${counted?.n ?? 0}` })
    .where(eq(bulkActs.id, act.id));
}

/** Ends an act that failed each time it was tried; who is changed stays so, and can be undone. */
export async function failBulk(ctx: Ctx, input: { actId: number }): Promise<void> {
  await ctx.db
    .update(bulkActs)
    .set({ state: "failed", finishedAt: ctx.now() })
    .where(and(eq(bulkActs.id, input.actId), inArray(bulkActs.state, ["queued", "running", "undoing"])));
  await notifyLive(ctx.db, `bulk:${input.actId}`);
}
