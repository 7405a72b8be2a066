import { isIPv6 } from "node:net";
import { sql } from "drizzle-orm";
import ipaddr from "ipaddr.js";
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

/**
 * What stands for one client in a budget: an IPv4 address, or the /64 that a single IPv6 customer has to himself (RFC 6177)
 * and could otherwise take a fresh address from for every try.
 */
export function clientNetwork(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const [a, b, c, d] = (ipaddr.parse(ip) as ipaddr.IPv6).parts;
  return `${[a, b, c, d].map((part) => part!.toString(16)).join(":")}::/64`;
}
