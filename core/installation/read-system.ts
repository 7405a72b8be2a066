import { sql } from "drizzle-orm";
import { ledgerInvariant } from "../ledger/invariant.ts";
import type { AdminCtx } from "../platform/context.ts";

export type WorkerRow = {
  id: number;
  host: string;
  pid: number;
  startedAt: Date;
  beatSeconds: number;
  lanes: number;
};
export type WorkerEnd = {
  id: number;
  host: string;
  startedAt: Date;
  endedAt: Date;
  how: "stopped" | "lost";
  lanes: number;
};

/** Processes, jobs, ledger and storage as they are now. */
export async function readSystem(ctx: AdminCtx) {
  const [house] = await ctx.db.execute<{
    network: string;
    sending_allowed: boolean;
    sending_stopped_at: string | null;
    restored_from: string | null;
    version: string;
    size: string;
    aside: { people: number; campaigns: string[] | null };
    unread: number;
    oldest_due: number | null;
    partitions: number;
  }>(sql`
    select i.network, i.sending_allowed, i.sending_stopped_at, i.restored_from, current_setting('server_version') as version, pg_size_pretty(pg_database_size(current_database())) as size,
      (select json_build_object('people', coalesce(sum(cardinality(k.seqs)), 0), 'campaigns', json_agg(distinct c.name)) from claims k join campaigns c on c.id = k.campaign_id where k.set_aside_at is not null) as aside, (select count(*)::int from reports where taken_at is null) as unread,
      (select extract(epoch from now() - min(due_at))::int from due where state = 'r' and due_at < now()) as oldest_due,
      (select count(*)::int from pg_inherits where inhparent = 'deliveries'::regclass) as partitions from installation i`);
  const workers = await ctx.db.execute<Record<string, unknown>>(sql`
    select w.id, w.host, w.pid, w.started_at, greatest(0, 15 - extract(epoch from w.lease_until - clock_timestamp()))::int as beat,
      (select count(*)::int from lanes l where l.worker_id = w.id) as lanes from workers w order by w.id`);
  const ends = await ctx.db.execute<Record<string, unknown>>(
    sql`select * from worker_ends order by ended_at desc limit 10`,
  );
  const jobs = await ctx.db.execute<{
    task: string;
    waiting: number;
    running: number;
    failing: number;
    last_error: string | null;
  }>(sql`
    select j.task_identifier as task, count(*) filter (where j.locked_at is null)::int as waiting, count(*) filter (where j.locked_at is not null)::int as running,
      count(*) filter (where j.last_error is not null)::int as failing, max(left(j.last_error, 300)) as last_error
    from graphile_worker.jobs j group by 1 order by 1`);
  const live = await ctx.db.execute<{ id: number; name: string }>(
    sql`select id, name from campaigns where state in ('sending', 'paused') and kind = 'campaign' order by id desc limit 10`,
  );
  const checks = [];
  for (const campaign of live)
    checks.push({ ...campaign, invariant: await ledgerInvariant(ctx.db, campaign.id) });
  const audit = await ctx.db.execute<{
    id: number;
    at: string;
    action: string;
    target: string;
    who: string | null;
  }>(sql`
    select a.id, a.at, a.action, a.target, u.name as who from audit_events a left join users u on u.id = a.user_id order by a.id desc limit 30`);
  return {
    network: house?.network ?? "sandbox",
    sendingAllowed: house?.sending_allowed ?? false,
    sendingStoppedAt: house?.sending_stopped_at ? new Date(house.sending_stopped_at) : null,
    /** The moment that a restored database was restored from; null where none was, or sending was allowed since. */
    restoredFrom: house?.restored_from ? new Date(house.restored_from) : null,
    version: house?.version ?? "",
    size: house?.size ?? "",
    /** In claims that ended several workers, and are left alone since. */
    setAside: { people: house?.aside.people ?? 0, campaigns: house?.aside.campaigns ?? [] },
    unreadReports: house?.unread ?? 0,
    /** How long the oldest recipient whose turn has come waits; null where none does. */
    oldestDueMs: house?.oldest_due == null ? null : house.oldest_due * 1000,
    partitions: house?.partitions ?? 0,
    workers: workers.map(
      (row): WorkerRow => ({
        id: Number(row.id),
        host: String(row.host),
        pid: Number(row.pid),
        startedAt: new Date(String(row.started_at)),
        beatSeconds: Number(row.beat),
        lanes: Number(row.lanes),
      }),
    ),
    ends: ends.map(
      (row): WorkerEnd => ({
        id: Number(row.id),
        host: String(row.host),
        startedAt: new Date(String(row.started_at)),
        endedAt: new Date(String(row.ended_at)),
        how: row.how as WorkerEnd["how"],
        lanes: Number(row.lanes),
      }),
    ),
    jobs: [...jobs],
    checks,
    audit: audit.map((row) => ({ ...row, at: new Date(row.at) })),
  };
}
