import { sql } from "drizzle-orm";
import type { Db } from "./db.ts";

/**
 * Takes one from a shared budget of `limit` per `seconds` (GCRA, one row a key, one statement, so two processes cannot
 * both take the last). Returns 0 when allowed, else the seconds to wait.
 */
export async function takeFromBudget(
  db: Db,
  key: string,
  budget: { limit: number; seconds: number },
): Promise<{ waitSeconds: number }> {
  const step = budget.seconds / budget.limit;
  const taken = await db.execute(sql`
    insert into rate_limits as r (key, tat) values (${key}, clock_timestamp() + make_interval(secs => ${step}))
    on conflict (key) do update
      set tat = greatest(r.tat, clock_timestamp()) + make_interval(secs => ${step})
      where r.tat <= clock_timestamp() + make_interval(secs => ${budget.seconds - step})
    returning 1`);
  if (taken.length > 0) return { waitSeconds: 0 };
  const [row] = await db.execute<{ wait: number }>(sql`
    select extract(epoch from tat - clock_timestamp()) - ${budget.seconds - step} as wait from rate_limits where key = ${key}`);
  return { waitSeconds: Math.max(1, Math.ceil(Number(row?.wait ?? 1))) };
}
