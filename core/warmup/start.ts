import { and, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { sourceDays, sources, warmups } from "#db/schema/index.ts";
import { PROVIDERS } from "../mail/provider/providers.ts";
import { ownPlan, WARMUP_PLANS } from "../mail/warmup/plans.ts";
import type { WarmupPlan } from "../mail/warmup/types.ts";
import { recordAudit } from "../platform/audit.ts";
import { type AdminCtx, type Result, refuse } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { notifyLive } from "../platform/notify.ts";
import { SMALL_SITES } from "./types.ts";

export const StartWarmupInput = z.object({
  sourceId: z.coerce.number().int().min(1).max(32_767),
  plan: z.enum(["gentle", "sparkpost", "sendgrid", "own"]),
  /** For `own`: mails on the first, second, … sending day, divided by commas, spaces or lines. */
  daily: z.string().default(""),
  /** Empty: every provider, and the small sites together. */
  buckets: z.array(z.coerce.number().int()).max(100).default([]),
});
export type StartWarmupInput = z.infer<typeof StartWarmupInput>;

/** What may be warmed up apart. */
export const WARMUP_BUCKETS: readonly number[] = [...PROVIDERS.map((provider) => provider.id), SMALL_SITES];

const OWN_REFUSALS = {
  empty: "Write the mails of each sending day, like 50, 100, 200.",
  "too-long": "A plan has at most 366 sending days.",
  "not-a-number": "is not a whole number from 1 to 100,000,000.",
  falls: "is less than the day before. Each day needs as many as the one before, or more.",
} as const;

function planOf(input: StartWarmupInput): { ok: true; plan: WarmupPlan } | { ok: false; reason: string } {
  if (input.plan !== "own") {
    const plan = WARMUP_PLANS.find((one) => one.key === input.plan);
    if (plan)
      return { ok: true, plan: { ...plan, daily: [...plan.daily], hourly: plan.hourly && [...plan.hourly] } };
  }
  const words = input.daily.split(/[\s,;]+/).filter(Boolean);
  const own = ownPlan(words.map(Number));
  if (own.ok) return own;
  const text = OWN_REFUSALS[own.reason];
  const isAboutOne = own.reason === "not-a-number" || own.reason === "falls";
  return { ok: false, reason: isAboutOne ? `Day ${own.at + 1}, ${words[own.at]}, ${text}` : text };
}

/** Begins to warm an address up with providers that do not know it yet; those that are being warmed up begin anew. */
export function startWarmup(ctx: AdminCtx, input: StartWarmupInput): Promise<Result> {
  const chosen = planOf(input);
  if (!chosen.ok) return Promise.resolve(refuse(chosen.reason, { daily: chosen.reason }));
  const buckets = input.buckets.length > 0 ? input.buckets : WARMUP_BUCKETS;
  if (buckets.some((bucket) => !WARMUP_BUCKETS.includes(bucket)))
    return Promise.resolve(refuse("There is no such provider."));
  return withTransaction(ctx, async (tx) => {
    const [source] = await tx.db
      .select()
      .from(sources)
      .where(and(eq(sources.id, input.sourceId), isNull(sources.removedAt)))
      .for("share");
    if (!source) return refuse("There is no such source.");
    if (source.kind !== "ip") return refuse("A relay is warmed up by whoever runs it.");
    for (const bucket of buckets) {
      const values = {
        plan: chosen.plan,
        step: 0,
        startedAt: ctx.now(),
        lastSentDay: null,
        graduatedDay: null,
      };
      await tx.db
        .insert(warmups)
        .values({ sourceId: source.id, bucket, ...values })
        .onConflictDoUpdate({ target: [warmups.sourceId, warmups.bucket], set: values });
      // Days before are of another plan: they are not judged by this one.
      await tx.db
        .update(sourceDays)
        .set({ result: "little" })
        .where(
          and(eq(sourceDays.sourceId, source.id), eq(sourceDays.bucket, bucket), isNull(sourceDays.result)),
        );
    }
    await beginAnew(tx, source.id);
    await recordAudit(tx, { action: "warmup.start", target: source.name });
    await notifyLive(tx.db, "lanes");
    return { ok: true };
  });
}

export const StopWarmupInput = z.object({
  sourceId: z.coerce.number().int().min(1).max(32_767),
  /** Without one: all. */
  bucket: z.coerce.number().int().optional(),
});
export type StopWarmupInput = z.infer<typeof StopWarmupInput>;

/** Takes an address for known: from now on only the limits of each provider hold. What happened stays to be read. */
export function stopWarmup(ctx: AdminCtx, input: StopWarmupInput): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    const rows = await tx.db
      .delete(warmups)
      .where(
        and(
          eq(warmups.sourceId, input.sourceId),
          input.bucket === undefined ? undefined : eq(warmups.bucket, input.bucket),
        ),
      )
      .returning();
    if (rows.length === 0) return refuse("It is not being warmed up any more.");
    await beginAnew(tx, input.sourceId);
    await recordAudit(tx, { action: "warmup.stop", target: String(input.sourceId) });
    await notifyLive(tx.db, "lanes");
    return { ok: true };
  });
}

/** Its lanes are given up and taken again: they may rest until an allowance that holds no more has room. */
async function beginAnew(tx: AdminCtx, sourceId: number): Promise<void> {
  await tx.db.execute(
    sql`update lanes set wake_at = now(), revision = revision + 1 where source_id = ${sourceId}`,
  );
}
