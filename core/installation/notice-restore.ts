import { eq, sql } from "drizzle-orm";
import { installation } from "#db/schema/index.ts";
import { recordAudit } from "../platform/audit.ts";
import type { Ctx } from "../platform/context.ts";
import type { Db } from "../platform/db.ts";
import { notifyLive } from "../platform/notify.ts";

/** What a machine remembers of the database, outside of it. */
export type SeenDatabase = {
  /** Which database it was. */
  home: string;
  /** How often it had been restored. */
  restores: number;
  /** How much it had written for good (its flushed WAL). */
  lsn: string;
};

/** Cluster, database and table: a dump that is read back, wherever, makes another table; a copy of a database another database. */
const HOME = sql`(select system_identifier from pg_control_system())::text || '/' ||
  (select oid from pg_database where datname = current_database()) || '/' || 'installation'::regclass::oid`;

/**
 * Notices that the database is not the one it was, and stops sending: what was sent after the backup would be sent again, or
 * by two installations at once. Two signs. The installation's row names its home; a dump or a copy has another one. And what
 * was flushed to disk can only grow: a server with less than a machine has seen (`seen`) was restored from files or to a
 * point in time, or is a standby that had not got everything. A copy of data and memory together shows neither.
 *
 * Cheap where nothing happened: one query. To be called before a worker sends, and again and again beside it.
 * @returns what to remember; null while the server recovers
 */
export async function noticeRestore(
  ctx: Ctx,
  seen: SeenDatabase | null,
): Promise<{ seen: SeenDatabase | null; restored: boolean }> {
  const state = await look(ctx.db, seen);
  if (state.lsn === null) return { seen: null, restored: false };
  const { home, lsn } = state;
  if (state.known === null) {
    await ctx.db.execute(sql`update installation set home = ${home} where home is null`);
    return { seen: { home, restores: state.restores, lsn }, restored: false };
  }
  if (!isAnother(state)) return { seen: { home, restores: state.restores, lsn }, restored: false };
  return ctx.db.transaction(async (tx) => {
    // Whoever of us was first has said it.
    await tx.select({ id: installation.id }).from(installation).for("update");
    const again = await look(tx, seen);
    if (!isAnother(again)) return { seen: { home, restores: again.restores, lsn }, restored: false };
    const restores = Math.max(again.restores, seen?.home === home ? seen.restores : 0) + 1;
    const from = await lastSign(tx);
    await tx
      .update(installation)
      .set({
        home,
        restores,
        restoredFrom: from,
        sendingAllowed: false,
        sendingStoppedAt: ctx.now(),
        sendingStoppedBy: null,
      })
      .where(eq(installation.id, 1));
    await recordAudit(
      { db: tx, actor: { kind: "system" } },
      { action: "database.restored", details: { from: from.toISOString() } },
    );
    await notifyLive(tx, "system");
    return { seen: { home, restores, lsn }, restored: true };
  });
}

type State = {
  home: string;
  known: string | null;
  restores: number;
  lsn: string | null;
  has_less: boolean;
};

async function look(db: Db, seen: SeenDatabase | null): Promise<State> {
  const [row] = await db.execute<State>(sql`
    select o.home, i.home as known, i.restores, o.lsn::text as lsn,
      coalesce(o.home = ${seen?.home ?? null}::text and (i.restores < ${seen?.restores ?? null}::int
        or (i.restores = ${seen?.restores ?? null}::int and o.lsn < ${seen?.lsn ?? null}::pg_lsn)), false) as has_less
    from installation i cross join (select ${HOME} as home,
      case when pg_is_in_recovery() then null else pg_current_wal_flush_lsn() end as lsn) o`);
  if (!row) throw new Error("the installation has no row");
  return row;
}

const isAnother = (state: State): boolean =>
  (state.known !== null && state.known !== state.home) || state.has_less;

/** The last thing that is known to have happened in it. */
async function lastSign(db: Db): Promise<Date> {
  const [row] = await db.execute<{ at: string }>(sql`
    select greatest(i.created_at, (select max(lease_until) - interval '15 s' from workers), (select max(ended_at) from worker_ends),
      (select max(at) from audit_events), (select max(minute) from campaign_minutes where campaign_id in (
        select id from campaigns where launched_at is not null order by id desc limit 20))) as at from installation i`);
  return new Date(row!.at);
}
