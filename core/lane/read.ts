import { sql } from "drizzle-orm";
import { namesOfBuckets } from "../deliverability/read.ts";
import { limitsNow, readLimitTable } from "../limit/read.ts";
import type { KeptMood } from "../mail/pacing/mood.ts";
import type { Limits } from "../mail/provider/types.ts";
import type { AdminCtx } from "../platform/context.ts";
import type { SourceState } from "../source/types.ts";
import type { LanePace } from "./types.ts";

/** `open` runs in a worker, `waiting` has mail and no worker yet, `resting` may take none before a time, `idle` has none, `draining` finishes what it holds. */
export type LaneState = "open" | "waiting" | "resting" | "idle" | "suspended" | "held" | "draining";
export type LaneRow = {
  id: number;
  sourceId: number;
  source: string;
  bucket: number;
  name: string;
  state: LaneState;
  suspendedUntil: Date | null;
  suspendedReply: string | null;
  heldAt: Date | null;
  sourceState: SourceState;
  /** Its source is kept away from this receiver: mail for it goes by others. */
  isAvoided: boolean;
  /** `suspendedUntil` is the end of an administrator's hold. */
  isHeldForATime: boolean;
  /** It is the whole source that is suspended. */
  isSourceSuspended: boolean;
  /** What replies made of its pace; null: at its limits. */
  slowedTo: LanePace | null;
  /** Coming back from a stop with so many connections; null: it is not. */
  climbing: number | null;
  /** What caps it is used up until then: an allowance or a quota. */
  restUntil: Date | null;
  backlog: number;
  pace: number;
  connections: number;
  /** In force now; null: a relay has those of its source. */
  limits: Limits | null;
  workerId: number | null;
  lastReply: string | null;
  lastCode: number | null;
  lastReplyAt: Date | null;
  /** Share of replies of the last hour that were deferrals; null without replies. */
  deferredShare: number | null;
};

const BRIEF_MS = 20_000;

/** All lanes with what waits for them and how they do. */
export async function listLanes(
  ctx: AdminCtx,
  only?: { sourceId: number; bucket: number },
): Promise<LaneRow[]> {
  const rows = await ctx.db.execute<Record<string, unknown>>(sql`
    select l.*, s.name as source, s.state as source_state, s.kind, s.suspended_until as source_suspended_until, s.suspended_reply as source_reply, l.bucket <> 0 and not carries(null, s.avoids, l.bucket) as is_avoided,
      (select coalesce(sum(t.last_seq - t.next_seq + 1), 0)::int from streams t join carried p on p.pool_id = t.pool_id and p.source_id = l.source_id and not p.only_pinned and carries(p.bucket, p.avoids, t.bucket)
        where (t.bucket = l.bucket or l.bucket = 0) and t.state = 'r' and t.next_seq <= t.last_seq)
      + (select count(*)::int from (select from due d join carried p on p.pool_id = d.pool_id and p.source_id = l.source_id and carries(p.bucket, p.avoids, d.bucket) and (not p.only_pinned or d.source_id = l.source_id)
          where (d.bucket = l.bucket or l.bucket = 0) and d.state = 'r' limit 100000) q) as backlog,
      h.accepted, h.deferred, h.bounced
    from lanes l join sources s on s.id = l.source_id
    left join lateral (select sum(accepted)::int as accepted, sum(deferred)::int as deferred, sum(bounced)::int as bounced from delivery_hours
      where source_id = l.source_id and bucket = l.bucket and hour >= date_trunc('hour', now() - interval '1 hour')) h on true
    where s.removed_at is null and (${only?.sourceId ?? null}::int is null or (l.source_id = ${only?.sourceId ?? null}::int and l.bucket = ${only?.bucket ?? null}::int))
    order by s.name, l.bucket`);
  const [names, table] = await Promise.all([
    namesOfBuckets(
      ctx,
      rows.map((row) => Number(row.bucket)),
    ),
    readLimitTable(ctx),
  ]);
  const now = ctx.now();
  const date = (value: unknown) => (value ? new Date(String(value)) : null);
  return rows.map((row): LaneRow => {
    // Of the whole source where that is later.
    const [own, all] = [date(row.suspended_until), date(row.source_suspended_until)];
    const isOfSource = all !== null && all > now && (own === null || own < all);
    const suspendedUntil = isOfSource ? all : own;
    const suspendedBy = isOfSource ? null : row.suspended_by;
    const suspendedReply = isOfSource ? row.source_reply : row.suspended_reply;
    const isSuspended = suspendedUntil !== null && suspendedUntil > now;
    const replies = Number(row.accepted ?? 0) + Number(row.deferred ?? 0) + Number(row.bounced ?? 0);
    const bucket = Number(row.bucket);
    const wakeAt = date(row.wake_at);
    // A lane looks again after seconds where others of its pool come first: that is no rest.
    const rests =
      row.worker_id === null &&
      Number(row.backlog) > 0 &&
      wakeAt !== null &&
      wakeAt.getTime() > now.getTime() + BRIEF_MS;
    const mood = row.mood as KeptMood | null;
    return {
      id: Number(row.id),
      sourceId: Number(row.source_id),
      source: String(row.source),
      bucket,
      name: names.get(bucket) ?? "",
      state:
        row.held_at ||
        row.source_state === "held" ||
        // Of a source that drains: those that have finished.
        (row.source_state === "draining" && row.worker_id === null) ||
        (isSuspended && suspendedBy !== null)
          ? "held"
          : isSuspended
            ? "suspended"
            : row.source_state === "draining"
              ? "draining"
              : row.worker_id === null
                ? Number(row.backlog) > 0
                  ? rests
                    ? "resting"
                    : "waiting"
                  : "idle"
                : "open",
      suspendedUntil: isSuspended ? suspendedUntil : null,
      suspendedReply: !isSuspended || suspendedReply === null ? null : String(suspendedReply),
      heldAt: date(row.held_at),
      sourceState: row.source_state as SourceState,
      isSourceSuspended: isOfSource,
      isAvoided: Boolean(row.is_avoided),
      isHeldForATime: isSuspended && suspendedBy !== null,
      slowedTo: mood?.pace ?? null,
      climbing: mood?.recovery?.phase === "climbing" ? mood.recovery.connections : null,
      restUntil: rests ? wakeAt : null,
      backlog: Number(row.backlog),
      // What a worker said last is not true of a lane that none runs.
      pace: row.worker_id === null ? 0 : Number(row.pace),
      connections: row.worker_id === null ? 0 : Number(row.connections),
      limits: bucket === 0 ? null : limitsNow(table, bucket).limits,
      workerId: row.worker_id === null ? null : Number(row.worker_id),
      lastReply: row.last_reply === null ? null : String(row.last_reply),
      lastCode: row.last_code === null ? null : Number(row.last_code),
      lastReplyAt: date(row.last_reply_at),
      deferredShare: replies === 0 ? null : Number(row.deferred) / replies,
    };
  });
}
