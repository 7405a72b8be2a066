import { and, eq, gt, inArray, isNull, ne, or, sql } from "drizzle-orm";
import { due, poolSources, sourceSigns, sources } from "#db/schema/index.ts";
import { wakeLanes } from "../delivery/wake-lanes.ts";
import { recordAudit } from "../platform/audit.ts";
import { type AdminCtx, type Result, refuse } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { notifyLive } from "../platform/notify.ts";
import type { SourceIdInput } from "./input.ts";
import type { SourceState } from "./types.ts";

/** Stops a source: nothing new leaves by it, what is in flight is finished, pinned retries go to the others. */
export function holdSource(ctx: AdminCtx, input: SourceIdInput): Promise<Result> {
  return stop(ctx, input, {
    to: "held",
    from: ["active", "draining"],
    action: "source.hold",
    refusal: "This source is held already, or gone.",
  });
}

/**
 * Lets a source run dry: it takes nothing new and finishes what it holds, lane by lane. All else that waits, its pinned
 * retries too, goes by the other sources of its pools, or waits where there is none.
 */
export function drainSource(ctx: AdminCtx, input: SourceIdInput): Promise<Result> {
  return stop(ctx, input, {
    to: "draining",
    from: ["active"],
    action: "source.drain",
    refusal: "Only a source that sends can be drained. This one is held or drained already, or gone.",
  });
}

function stop(
  ctx: AdminCtx,
  { sourceId }: SourceIdInput,
  how: { to: SourceState; from: SourceState[]; action: string; refusal: string },
): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .update(sources)
      .set({ state: how.to, heldAt: ctx.now(), heldBy: tx.actor.kind === "user" ? tx.actor.userId : null })
      .where(and(eq(sources.id, sourceId), inArray(sources.state, how.from), isNull(sources.removedAt)))
      .returning({ name: sources.name });
    if (!row) return refuse(how.refusal);
    await tx.db.update(due).set({ sourceId: null }).where(eq(due.sourceId, sourceId));
    await recordAudit(tx, { action: how.action, target: row.name, details: { sourceId } });
    // Lanes of the others that had nothing to do have now.
    await wakeLanes(tx.db);
    await notifyLive(tx.db, "lanes");
    return { ok: true };
  });
}

/** Lets a held, drained or suspended source carry mail again. What receivers said of it before counts no more. */
export function releaseSource(ctx: AdminCtx, { sourceId }: SourceIdInput): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .update(sources)
      .set({ state: "active", heldAt: null, heldBy: null, suspendedUntil: null, suspendedReply: null })
      .where(
        and(
          eq(sources.id, sourceId),
          or(ne(sources.state, "active"), gt(sources.suspendedUntil, sql`now()`)),
          isNull(sources.removedAt),
        ),
      )
      .returning({ name: sources.name });
    if (!row) return refuse("This source sends already, or is gone.");
    await tx.db.delete(sourceSigns).where(eq(sourceSigns.sourceId, sourceId));
    await recordAudit(tx, { action: "source.release", target: row.name, details: { sourceId } });
    await wakeLanes(tx.db);
    await notifyLive(tx.db, "lanes");
    return { ok: true };
  });
}

/** Takes a source out for good. Its history stays; the last source of a pool that has mail waiting is refused. */
export function removeSource(ctx: AdminCtx, input: SourceIdInput): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    const [last] = await tx.db.execute<{ name: string }>(sql`
      select p.name from pool_sources ps join pools p on p.id = ps.pool_id
      where ps.source_id = ${input.sourceId}
        and not exists (select from pool_sources o join sources s on s.id = o.source_id
          where o.pool_id = ps.pool_id and o.source_id <> ps.source_id and s.removed_at is null)
        and (exists (select from streams t where t.pool_id = ps.pool_id and t.state in ('r', 'p') and t.next_seq <= t.last_seq)
          or exists (select from due d where d.pool_id = ps.pool_id))
      limit 1`);
    if (last)
      return refuse(
        `Mail waits in the pool ${last.name} and this is its last source. Add another source to it first.`,
      );
    const [row] = await tx.db
      .update(sources)
      // The name is free again for a new source.
      .set({
        removedAt: ctx.now(),
        state: "held",
        name: sql`${sources.name} || ' (removed ' || ${sources.id} || ')'`,
        password: null,
      })
      .where(and(eq(sources.id, input.sourceId), isNull(sources.removedAt)))
      .returning({ name: sources.name });
    if (!row) return refuse("This source is gone already.");
    await tx.db.delete(poolSources).where(eq(poolSources.sourceId, input.sourceId));
    await tx.db.update(due).set({ sourceId: null }).where(eq(due.sourceId, input.sourceId));
    await recordAudit(tx, {
      action: "source.remove",
      target: row.name,
      details: { sourceId: input.sourceId },
    });
    await notifyLive(tx.db, "lanes");
    return { ok: true };
  });
}
