import { equations } from "#core/ledger/equation.ts";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { makeDb } from "#db/client.ts";
import type { FaultWorld } from "./world.ts";

/**
 * Looks once a second, on a connection of its own, whether the ledger of all campaigns under way adds up: each waiting
 * row in exactly one place, the equation, the counts against the rows. A moment without a database is not a look.
 * What it reads are the rows of those campaigns: some milliseconds for ten thousand.
 */
export function watchLedger(world: Pick<FaultWorld, "url">) {
  const { db, sql, end } = makeDb(world.url, { max: 1, applicationName: "watch" });
  let looks = 0;
  const wrong: unknown[] = [];
  let looking: Promise<void> | null = null;
  const look = async () => {
    const invariant = await ledgerInvariant(db);
    const alive = await sql<{ id: number }[]>`
      select id from campaigns where launched_at is not null and finished_at is null`;
    const sums = [
      ...(
        await equations(
          db,
          alive.map(({ id }) => id),
        )
      ).values(),
    ];
    const torn = await sql`
      with mine as materialized (select id from campaigns where launched_at is not null and finished_at is null),
      l as (select campaign_id, state, count(*) as n from deliveries join mine on mine.id = campaign_id group by 1, 2),
      r as (select campaign_id, state, sum(n) as n from rollups join mine on mine.id = campaign_id group by 1, 2)
      select campaign_id, state, l.n as rows, r.n as counted from l full join r using (campaign_id, state)
      where coalesce(l.n, 0) <> coalesce(r.n, 0)`;
    looks += 1;
    if (!invariant.ok) wrong.push(invariant);
    wrong.push(...sums.filter((sum) => sum.difference !== 0), ...torn);
  };
  const timer = setInterval(() => {
    looking ??= look()
      .catch(() => {})
      .finally(() => {
        looking = null;
      });
  }, 1_000);
  return {
    wrong,
    get looks() {
      return looks;
    },
    async stop() {
      clearInterval(timer);
      await looking;
      await end();
    },
  };
}
