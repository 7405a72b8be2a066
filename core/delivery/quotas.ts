import type { Sql, TransactionSql } from "postgres";
import { type Quota, type QuotaUse, quotaAgainAt, quotaRoom, takeQuota } from "../mail/pacing/quota.ts";
import { DAY_MS } from "../mail/warmup/caps.ts";
import type { AllowanceHour } from "./allowance.ts";

/** Quotas as one transaction found them, locked until its end. */
export type OpenQuotas = {
  /** So many may be taken now. */
  room: number;
  hour: AllowanceHour;
  now: number;
  quotas: { quota: Quota; use: QuotaUse }[];
};

/**
 * Locks what a lane draws on, and says how much that allows now, by the database's clock: any number of workers share
 * it and none goes beyond. In order of the key, like everybody.
 */
export async function openQuotas(tx: TransactionSql, quotas: readonly Quota[]): Promise<OpenQuotas> {
  const keys = [quotas.map((quota) => quota.bucket), quotas.map((quota) => quota.sourceId)] as const;
  await tx`insert into quotas (bucket, source_id) select * from unnest(${keys[0]}::int[], ${keys[1]}::smallint[]) order by 1, 2
    on conflict do nothing`;
  const rows = await tx<(QuotaUse & { sourceId: number; bucket: number; now: number })[]>`
    select q.bucket, q.source_id as "sourceId", q.day, q.taken, q.tat, extract(epoch from clock_timestamp())::float8 * 1000 as now
    from quotas q join unnest(${keys[0]}::int[], ${keys[1]}::smallint[]) k(bucket, source_id) using (bucket, source_id)
    order by q.bucket, q.source_id for no key update of q`;
  // The last row was locked last: nobody's clock is behind what the others wrote.
  const now = Math.max(...rows.map((row) => row.now));
  const found = quotas.map((quota) => ({
    quota,
    use: rows.find((row) => row.bucket === quota.bucket && row.sourceId === quota.sourceId)!,
  }));
  const day = Math.floor(now / DAY_MS);
  return {
    room: Math.min(...found.map(({ quota, use }) => quotaRoom(quota, use, now))),
    hour: { day, hour: Math.floor((now - day * DAY_MS) / 3_600_000) },
    now,
    quotas: found,
  };
}

/** Counts what was taken, in the transaction that took it. Returns when there is room again where none is left, ms. */
export async function spendQuotas(tx: TransactionSql, open: OpenQuotas, n: number): Promise<number | null> {
  const { now } = open;
  let again: number | null = null;
  for (const { quota, use } of open.quotas) {
    const next = n > 0 ? takeQuota(quota, use, now, n) : use;
    if (n > 0) {
      await tx`update quotas set day = ${next.day}, taken = ${next.taken}, tat = ${next.tat}
        where bucket = ${quota.bucket} and source_id = ${quota.sourceId}`;
    }
    if (quotaRoom(quota, next, now) === 0) again = Math.max(again ?? 0, quotaAgainAt(quota, next, now));
  }
  return again;
}

/** Puts back what was taken on a day and not sent. A crash in between leaves a little of the quota unused. */
export async function returnQuotas(
  sql: Sql,
  quotas: readonly Quota[],
  { day }: AllowanceHour,
  n: number,
): Promise<void> {
  for (const { bucket, sourceId, perHour } of quotas) {
    await sql`update quotas set tat = greatest(0, tat - ${perHour === null ? 0 : (3_600_000 / perHour) * n}::float8),
        taken = case when day = ${day} then greatest(0, taken - ${n}) else taken end
      where bucket = ${bucket} and source_id = ${sourceId}`;
  }
}
