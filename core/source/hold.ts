import { and, eq, isNull, sql } from "drizzle-orm";
import { due, poolSources, sources } from "#db/schema/index.ts";
import { wakeLanes } from "../delivery/wake-lanes.ts";
import { recordAudit } from "../platform/audit.ts";
import { type AdminCtx, type Result, refuse } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { notifyLive } from "../platform/notify.ts";
import type { SourceIdInput } from "./input.ts";

/** Stops a source: nothing new leaves by it, what is in flight is finished, pinned retries go to the others. */
export function holdSource(ctx: AdminCtx, input: SourceIdInput): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .update(sources)
      .set({ state: "held", heldAt: ctx.now(), heldBy: tx.actor.kind === "user" ? tx.actor.userId : null })
      .where(and(eq(sources.id, input.sourceId), eq(sources.state, "active"), isNull(sources.removedAt)))
      .returning({ name: sources.name });
    if (!row) return refuse("This source is held already, or gone.");
    await tx.db.update(due).set({ sourceId: null }).where(eq(due.sourceId, input.sourceId));
    await recordAudit(tx, { action: "source.hold", target: row.name });
    await notifyLive(tx.db, "lanes");
    return { ok: true };
  });
}

/** Lets a held source carry mail again. */
export function releaseSource(ctx: AdminCtx, input: SourceIdInput): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .update(sources)
      .set({ state: "active", heldAt: null, heldBy: null })
      .where(and(eq(sources.id, input.sourceId), eq(sources.state, "held"), isNull(sources.removedAt)))
      .returning({ name: sources.name });
    if (!row) return refuse("This source is not held.");
    await recordAudit(tx, { action: "source.release", target: row.name });
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
    await recordAudit(tx, { action: "source.remove", target: row.name });
    await notifyLive(tx.db, "lanes");
    return { ok: true };
  });
}
