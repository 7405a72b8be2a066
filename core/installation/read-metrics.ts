import { sql } from "drizzle-orm";
import type { Ctx } from "#core/platform/context.ts";
import { LEASE_SECONDS } from "../delivery/lease.ts";
import { ledgerInvariant } from "../ledger/invariant.ts";

/** One measurement in the shape that prom-client prints; a sample of a histogram has a `metricName` of its own. */
export type Measurement = {
  name: string;
  help: string;
  type: string;
  values: { value: number; labels: Record<string, string | number>; metricName?: string }[];
};

/** Reading the open rows of the ledger takes 0.2 s per million: not at each scrape. */
const INVARIANT_EVERY_MS = 60_000;
let checked: { at: number; misplaced: Promise<number> } | null = null;

/**
 * What monitors draw: the state of the installation as the database has it, and what each living worker published of
 * itself within the last beats, told apart by the label `worker`. Counters of a worker begin anew when it does.
 */
export async function readMetrics(ctx: Ctx): Promise<Measurement[]> {
  const [lanes, backlog, workers, misplaced] = await Promise.all([
    readLanes(ctx),
    readBacklog(ctx),
    ctx.db.execute<{ id: number; silent: number; metrics: Measurement[] | null }>(sql`
      select id, ${LEASE_SECONDS} - extract(epoch from lease_until - clock_timestamp())::float8 as silent, metrics
      from workers where lease_until > clock_timestamp() order by id`),
    checkInvariant(ctx),
  ]);
  const published = new Map<string, Measurement>();
  for (const { id, metrics } of workers) {
    for (const metric of metrics ?? []) {
      const values = metric.values.map((one) => ({ ...one, labels: { ...one.labels, worker: id } }));
      const known = published.get(metric.name);
      if (known) known.values.push(...values);
      else published.set(metric.name, { ...metric, values });
    }
  }
  return [
    gauge("lettermill_workers", "Workers that are alive.", [{ value: workers.length, labels: {} }]),
    gauge(
      "lettermill_worker_silent_seconds",
      "Since a living worker was heard of; at 15 it is buried, and its lanes are others'.",
      workers.map(({ id, silent }) => ({ value: Math.max(0, silent), labels: { worker: id } })),
    ),
    gauge("lettermill_lanes", "Lanes by state.", lanes),
    ...backlog,
    gauge(
      "lettermill_ledger_misplaced",
      "Waiting recipients that stand in no place, or in two; anything but 0 is a defect. Looked at once a minute.",
      [{ value: misplaced, labels: {} }],
    ),
    ...published.values(),
  ];
}

const gauge = (name: string, help: string, values: Measurement["values"]): Measurement => ({
  name,
  help,
  type: "gauge",
  values,
});

async function readLanes(ctx: Ctx): Promise<Measurement["values"]> {
  const rows = await ctx.db.execute<{ state: string; n: number }>(sql`
    with every(state) as (values ('open'), ('resting'), ('suspended'), ('held')), lane as (
      select case when l.held_at is not null or s.state = 'held' or (s.state = 'draining' and l.worker_id is null) then 'held' when l.suspended_until > now() then 'suspended'
        when l.worker_id is null then 'resting' else 'open' end as state
      from lanes l join sources s on s.id = l.source_id where s.removed_at is null)
    select e.state, count(l.state)::int as n from every e left join lane l using (state) group by e.state order by e.state`);
  return rows.map(({ state, n }) => ({ value: n, labels: { state } }));
}

async function readBacklog(ctx: Ctx): Promise<Measurement[]> {
  const [row] = await ctx.db.execute<
    Record<"ahead" | "due" | "claimed" | "later" | "age" | "jobs" | "job_age", number>
  >(sql`
    select
      (select coalesce(sum(last_seq - next_seq + 1), 0)::float8 from streams where state = 'r' and next_seq <= last_seq) as ahead,
      (select coalesce(sum(cardinality(seqs)), 0)::float8 from claims) as claimed,
      d.due, d.later, greatest(d.age, 0) as age, j.jobs, greatest(j.job_age, 0) as job_age
    from (select count(*) filter (where due_at <= now())::float8 as due, count(*) filter (where due_at > now())::float8 as later,
        coalesce(extract(epoch from now() - min(due_at)), 0)::float8 as age from due where state = 'r') d,
      (select count(*)::float8 as jobs, coalesce(extract(epoch from now() - min(run_at)), 0)::float8 as job_age
        from graphile_worker.jobs where locked_at is null and run_at <= now() and attempts < max_attempts) j`);
  if (!row) throw new Error("the database gave no answer");
  return [
    gauge(
      "lettermill_backlog",
      "Recipients who wait: ahead of a cursor, claimed, their turn come, or to be tried later.",
      [
        { value: row.ahead, labels: { place: "ahead" } },
        { value: row.claimed, labels: { place: "claimed" } },
        { value: row.due, labels: { place: "due" } },
        { value: row.later, labels: { place: "later" } },
      ],
    ),
    gauge("lettermill_due_age_seconds", "For how long the one has waited whose turn came first.", [
      { value: row.age, labels: {} },
    ]),
    gauge("lettermill_jobs_ready", "Other jobs whose time has come.", [{ value: row.jobs, labels: {} }]),
    gauge("lettermill_job_age_seconds", "For how long the oldest of them has waited.", [
      { value: row.job_age, labels: {} },
    ]),
  ];
}

function checkInvariant(ctx: Ctx): Promise<number> {
  const now = ctx.now().getTime();
  if (checked === null || now - checked.at >= INVARIANT_EVERY_MS) {
    const misplaced = ledgerInvariant(ctx.db).then(
      (found) => found.misplaced + Math.abs(found.open - found.rollup),
    );
    checked = { at: now, misplaced };
    // A failed look is looked at again by the next.
    misplaced.catch(() => {
      checked = null;
    });
  }
  return checked.misplaced;
}
