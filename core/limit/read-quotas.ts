import { and, eq, sql } from "drizzle-orm";
import { quotas, sources } from "#db/schema/index.ts";
import { namesOfBuckets } from "../deliverability/read.ts";
import { type QuotaLimits, type QuotaUse, quotaAgainAt, quotaRoom, quotasOf } from "../mail/pacing/quota.ts";
import { bucketKind } from "../mail/provider/bucket.ts";
import { dayOf } from "../mail/warmup/caps.ts";
import type { AdminCtx } from "../platform/context.ts";
import { limitsNow, readLimitTable } from "./read.ts";
import { limitKeyOf } from "./rules.ts";

/** How much of a quota was taken. */
export type QuotaRow = {
  key: string;
  name: string;
  perHour: number | null;
  perDay: number | null;
  /** On this UTC day, since the quota is kept. */
  takenToday: number;
  /** Null: there is room now. */
  againAt: Date | null;
};

/** The quotas that lanes of a limit set have drawn on: those over all addresses first, then source by source. */
export async function listQuotas(ctx: AdminCtx, key: string): Promise<QuotaRow[]> {
  const table = await readLimitTable(ctx);
  const uses = await ctx.db
    .select({ use: quotas, source: sources.name })
    .from(quotas)
    .leftJoin(sources, sql`${sources.id} = ${quotas.sourceId}`)
    .orderBy(quotas.bucket, quotas.sourceId);
  const own = uses.filter(({ use }) => use.bucket > 0 && limitKeyOf(use.bucket) === key);
  const names = await namesOfBuckets(
    ctx,
    own.map(({ use }) => use.bucket),
  );
  return own.flatMap(({ use, source }) => {
    const who = use.sourceId === 0 ? "All addresses" : (source ?? "A source that is gone");
    const name = bucketKind(use.bucket) === "site" ? `${who} to ${names.get(use.bucket)}` : who;
    return rowOf(name, use, limitsNow(table, use.bucket).limits.quotas ?? {}, ctx.now());
  });
}

/** What was taken of a relay's own quotas; empty where it has none. */
export async function listRelayQuotas(
  ctx: AdminCtx,
  relay: { id: number; name: string; messagesPerHour: number | null; messagesPerDay: number | null },
): Promise<QuotaRow[]> {
  const [use] = await ctx.db
    .select()
    .from(quotas)
    .where(and(eq(quotas.bucket, 0), eq(quotas.sourceId, relay.id)));
  const limits = { perHour: relay.messagesPerHour ?? undefined, perDay: relay.messagesPerDay ?? undefined };
  return rowOf(
    relay.name,
    use ?? { bucket: 0, sourceId: relay.id, day: 0, taken: 0, tat: 0 },
    limits,
    ctx.now(),
  );
}

function rowOf(
  name: string,
  use: QuotaUse & { bucket: number; sourceId: number },
  limits: QuotaLimits,
  at: Date,
): QuotaRow[] {
  const now = at.getTime();
  const lane = { bucket: use.bucket, sourceId: Math.max(1, use.sourceId) };
  const quota = quotasOf(lane, limits).find((one) => (one.sourceId === 0) === (use.sourceId === 0));
  if (!quota) return [];
  return [
    {
      key: `${use.bucket} ${use.sourceId}`,
      name,
      perHour: quota.perHour,
      perDay: quota.perDay,
      takenToday: use.day === dayOf(now) ? use.taken : 0,
      againAt: quotaRoom(quota, use, now) > 0 ? null : new Date(quotaAgainAt(quota, use, now)),
    },
  ];
}
