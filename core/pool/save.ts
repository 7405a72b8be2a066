import { and, eq, inArray, isNull, ne, notInArray } from "drizzle-orm";
import { z } from "zod";
import { due, poolSources, pools, sources, workspaces } from "#db/schema/index.ts";
import { wakeLanes } from "../delivery/wake-lanes.ts";
import { recordAudit } from "../platform/audit.ts";
import { type AdminCtx, type Refusal, type Result, refuse } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { OVERFLOWS } from "../warmup/types.ts";

export const SavePoolInput = z.object({
  /** None: a new pool. */
  poolId: z.coerce.number().int().optional(),
  name: z.string().trim().min(1, "Give it a name.").max(60),
  sourceIds: z.array(z.coerce.number().int()).max(200).default([]),
  overflow: z.enum(OVERFLOWS).default("warm"),
  /** Carries its mail while none of its own can; empty: nobody. */
  fallbackSourceId: z
    .union([z.literal("").transform(() => null), z.coerce.number().int()])
    .nullable()
    .default(null),
  fallbackMinutes: z.coerce
    .number("Give minutes.")
    .int("Give whole minutes.")
    .min(0, "0 minutes or more.")
    .max(1_440, "1,440 minutes at most.")
    .default(15),
  /** By the source's number. One that is left out keeps its weight, a new one has 1. */
  weights: z
    .record(
      z.string(),
      z.coerce
        .number("A weight is a whole number from 1 to 100.")
        .int("A weight is a whole number from 1 to 100.")
        .min(1, "A weight is a whole number from 1 to 100.")
        .max(100, "A weight is a whole number from 1 to 100."),
    )
    .default({}),
});
export type SavePoolInput = z.input<typeof SavePoolInput>;

/** Makes a pool or changes its name and sources. A pool without a source carries no mail, so that is refused. */
export function savePool(ctx: AdminCtx, given: SavePoolInput): Promise<Result<{ poolId: number }>> {
  const input = SavePoolInput.parse(given);
  return withTransaction(ctx, async (tx) => {
    const found = input.sourceIds.length
      ? await tx.db
          .select({ id: sources.id })
          .from(sources)
          .where(and(inArray(sources.id, input.sourceIds), isNull(sources.removedAt)))
      : [];
    if (found.length === 0)
      return refuse("Choose at least one source.", { sourceIds: "Choose at least one source." });
    const fallback = await fallbackRefusal(tx, input);
    if (fallback) return fallback;
    const [taken] = await tx.db
      .select({ id: pools.id })
      .from(pools)
      .where(and(eq(pools.name, input.name), ne(pools.id, input.poolId ?? 0)));
    if (taken) return refuse("Another pool has this name.", { name: "Another pool has this name." });
    const [row] = input.poolId
      ? await tx.db
          .update(pools)
          .set(columnsOf(input))
          .where(eq(pools.id, input.poolId))
          .returning({ id: pools.id })
      : await tx.db.insert(pools).values(columnsOf(input)).returning({ id: pools.id });
    if (!row) return refuse("This pool is gone.");
    const ids = found.map(({ id }) => id);
    await tx.db
      .delete(poolSources)
      .where(and(eq(poolSources.poolId, row.id), notInArray(poolSources.sourceId, ids)));
    // Retries that were meant for a source which no longer sends for this pool.
    await tx.db
      .update(due)
      .set({ sourceId: null })
      .where(and(eq(due.poolId, row.id), notInArray(due.sourceId, ids)));
    for (const sourceId of ids) {
      const weight = input.weights[String(sourceId)];
      const insert = tx.db.insert(poolSources).values({ poolId: row.id, sourceId, weight: weight ?? 1 });
      await (weight === undefined
        ? insert.onConflictDoNothing()
        : insert.onConflictDoUpdate({
            target: [poolSources.poolId, poolSources.sourceId],
            set: { weight },
          }));
    }
    await recordAudit(tx, {
      action: "pool.save",
      target: input.name,
      details: { poolId: row.id, sourceIds: ids, weights: input.weights, ...columnsOf(input) },
    });
    await wakeLanes(tx.db, { poolId: row.id });
    return { ok: true, poolId: row.id };
  });
}

const columnsOf = ({
  name,
  overflow,
  fallbackSourceId,
  fallbackMinutes,
}: z.output<typeof SavePoolInput>) => ({
  name,
  overflow,
  fallbackSourceId,
  fallbackMinutes,
});

async function fallbackRefusal(
  tx: AdminCtx,
  { fallbackSourceId, sourceIds }: z.output<typeof SavePoolInput>,
): Promise<Refusal | null> {
  if (fallbackSourceId === null) return null;
  if (sourceIds.includes(fallbackSourceId)) {
    const sentence = "It is one of the pool's own sources: it carries its mail anyway.";
    return refuse(sentence, { fallbackSourceId: sentence });
  }
  const [row] = await tx.db
    .select({ id: sources.id })
    .from(sources)
    .where(and(eq(sources.id, fallbackSourceId), isNull(sources.removedAt)));
  return row ? null : refuse("There is no such source.", { fallbackSourceId: "There is no such source." });
}

export const AssignPoolInput = z.object({
  workspaceId: z.coerce.number().int(),
  /** Empty: none of its own. Campaigns then go by the default pool, and system mail by that of campaigns. */
  poolId: z.union([z.literal("").transform(() => null), z.coerce.number().int()]).nullable(),
  stream: z.enum(["campaigns", "system"]).default("campaigns"),
});
export type AssignPoolInput = z.input<typeof AssignPoolInput>;

/** Says which pool carries a workspace's campaigns from the next launch on, or its system mail from the next one on. */
export function assignPool(ctx: AdminCtx, given: AssignPoolInput): Promise<Result> {
  const input = AssignPoolInput.parse(given);
  const { stream } = input;
  return withTransaction(ctx, async (tx) => {
    const [pool] =
      input.poolId === null
        ? []
        : await tx.db
            .select({ id: pools.id, name: pools.name })
            .from(pools)
            .where(eq(pools.id, input.poolId));
    if (!pool && input.poolId !== null) return refuse("There is no such pool.");
    const poolId = pool?.id ?? null;
    const changed = await tx.db
      .update(workspaces)
      .set(stream === "system" ? { systemPoolId: poolId } : { poolId })
      .where(eq(workspaces.id, input.workspaceId))
      .returning({ name: workspaces.name });
    if (changed.length === 0) return refuse("There is no such workspace.");
    await recordAudit(tx, {
      workspaceId: input.workspaceId,
      action: "pool.assign",
      target: `${pool?.name ?? "no pool of its own"}: ${stream}`,
    });
    return { ok: true };
  });
}
