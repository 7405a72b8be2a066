import { and, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { lanes, poolSources, pools, sources } from "#db/schema/index.ts";
import { wakeLanes } from "../delivery/wake-lanes.ts";
import { bucketName } from "../mail/provider/bucket.ts";
import { PROVIDERS } from "../mail/provider/providers.ts";
import { recordAudit } from "../platform/audit.ts";
import { type AdminCtx, type Result, refuse } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { notifyLive } from "../platform/notify.ts";
import { SMALL_SITES } from "../warmup/types.ts";

/** What a source can be kept away from: each provider by its bucket, and all other receivers as one. */
export const RECEIVERS: readonly { bucket: number; name: string }[] = [
  ...PROVIDERS.map(({ id }) => ({ bucket: id, name: bucketName(id) })),
  { bucket: SMALL_SITES, name: "All other receivers" },
];

export const receiverName = (bucket: number): string =>
  RECEIVERS.find((one) => one.bucket === bucket)?.name ?? `Receiver ${bucket}`;

export const AvoidReceiversInput = z.object({
  sourceId: z.coerce.number().int(),
  avoids: z.array(z.coerce.number().int()).max(100).default([]),
});
export type AvoidReceiversInput = z.infer<typeof AvoidReceiversInput>;

/**
 * Keeps a source away from receivers: an IPv6 address from those that judge it harder, a relay from those that only know
 * the own addresses. Their mail goes by the other sources of its pools, retries that were to go by this one too; what is
 * in flight is finished. Where no other is left it waits: `readAbandoned` tells.
 */
export function avoidReceivers(ctx: AdminCtx, input: AvoidReceiversInput): Promise<Result> {
  const avoids = RECEIVERS.map((one) => one.bucket).filter((bucket) => input.avoids.includes(bucket));
  if (new Set(input.avoids).size !== avoids.length)
    return Promise.resolve(refuse("There is no such receiver.", { avoids: "There is no such receiver." }));
  if (avoids.length === RECEIVERS.length) {
    const sentence = "That leaves nobody to send to. Hold the source instead.";
    return Promise.resolve(refuse(sentence, { avoids: sentence }));
  }
  return withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .update(sources)
      // Lanes at work look at the revision, and begin anew with what is set now.
      .set({ avoids, revision: sql`${sources.revision} + 1` })
      .where(and(eq(sources.id, input.sourceId), isNull(sources.removedAt)))
      .returning({ name: sources.name });
    if (!row) return refuse("This source is gone.");
    await tx.db.execute(sql`update due set source_id = null from sources s
      where s.id = ${input.sourceId} and due.source_id = s.id and not carries(null, s.avoids, due.bucket)`);
    // One that rests, because a quota is used up, may have mail now that needs none.
    await tx.db
      .update(lanes)
      .set({ wakeAt: sql`now()`, revision: sql`${lanes.revision} + 1` })
      .where(eq(lanes.sourceId, input.sourceId));
    const words =
      avoids.length > 0 ? `nothing to ${avoids.map(receiverName).join(", ")}` : "to every receiver";
    await recordAudit(tx, {
      action: "source.avoid",
      target: `${row.name}: ${words}`,
      details: { sourceId: input.sourceId },
    });
    await wakeLanes(tx.db);
    await notifyLive(tx.db, "lanes");
    return { ok: true };
  });
}

/** Receivers that no source of a pool sends to, whether it sends now or is held; pools without any are left out. */
export async function readAbandoned(ctx: AdminCtx): Promise<{ pool: string; receivers: string[] }[]> {
  const rows = await ctx.db
    .select({ poolId: pools.id, pool: pools.name, avoids: sources.avoids })
    .from(poolSources)
    .innerJoin(pools, eq(pools.id, poolSources.poolId))
    .innerJoin(sources, and(eq(sources.id, poolSources.sourceId), isNull(sources.removedAt)))
    .orderBy(pools.name);
  return [...Map.groupBy(rows, (row) => row.poolId).values()]
    .map((members) => ({
      pool: members[0]?.pool ?? "",
      receivers: RECEIVERS.filter(({ bucket }) => members.every(({ avoids }) => avoids.includes(bucket))).map(
        ({ name }) => name,
      ),
    }))
    .filter(({ receivers }) => receivers.length > 0);
}
