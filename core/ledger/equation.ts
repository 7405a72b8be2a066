import { sql } from "drizzle-orm";
import type { Db } from "#core/platform/db.ts";

export type Equation = {
  audience: number;
  accepted: number;
  bounced: number;
  suppressed: number;
  expired: number;
  cancelled: number;
  uncertain: number;
  waiting: number;
  /** Of those waiting: not yet taken by a lane. */
  ahead: number;
  /** Of those waiting: has a turn of its own later (a retry, a hand-back). */
  deferred: number;
  /** Of those waiting: a lane has it and has not said how it went. */
  inFlight: number;
  /** Audience less the sum of all terms. Not zero: the ledger does not add up. */
  difference: number;
};

type Row = Record<
  "id" | "audience" | "a" | "b" | "s" | "e" | "c" | "x" | "open" | "ahead" | "gone" | "turns",
  number
> & {
  state: string;
};

/** The ledger's equation of one campaign; see `equations`. Throws where there is no such campaign. */
export async function equation(db: Db, campaignId: number): Promise<Equation> {
  const found = (await equations(db, [campaignId])).get(campaignId);
  if (!found) throw new Error(`campaign ${campaignId} does not exist`);
  return found;
}

/**
 * The ledger's equations of campaigns from rollups, streams and `due`, in one snapshot: some tens of small rows each and
 * a count in `due`'s key, whatever the audience. What is ahead of a cancelled or expired campaign's cursors counts as
 * ended from the first second, though its rows are closed in the background.
 */
export async function equations(db: Db, campaignIds: readonly number[]): Promise<Map<number, Equation>> {
  if (campaignIds.length === 0) return new Map();
  const rows = await db.execute<Row>(sql`
    select c.id, c.state, c.audience_size as audience, r.a, r.b, r.s, r.e, r.c, r.x, r.open, t.ahead, t.gone, u.turns
    from campaigns c
    cross join lateral (select
      coalesce(sum(n) filter (where state = 'a'), 0)::int a, coalesce(sum(n) filter (where state = 'b'), 0)::int b,
      coalesce(sum(n) filter (where state = 's'), 0)::int s, coalesce(sum(n) filter (where state = 'e'), 0)::int e,
      coalesce(sum(n) filter (where state = 'c'), 0)::int c, coalesce(sum(n) filter (where state = 'x'), 0)::int x,
      coalesce(sum(n) filter (where state in ('w', 'd')), 0)::int open
      from rollups where campaign_id = c.id) r
    cross join lateral (select
      coalesce(sum(last_seq - next_seq + 1), 0)::int ahead,
      coalesce(sum(last_seq - next_seq + 1) filter (where state = 'e'), 0)::int gone
      from streams where campaign_id = c.id and next_seq <= last_seq) t
    cross join lateral (select count(*)::int turns from due where campaign_id = c.id) u
    where c.id = any(${`{${campaignIds.join(",")}}`}::int[])`);
  return new Map(rows.map((row) => [row.id, fromRow(row)]));
}

function fromRow(row: Row): Equation {
  const { audience, open, turns } = row;
  // By the invariant, what is open and neither ahead nor in `due` is in a claim; claims also name what was just settled.
  const claimed = open - row.ahead - turns;
  const cancelled = row.state === "cancelled";
  const ahead = cancelled ? 0 : row.ahead - row.gone;
  const deferred = cancelled ? 0 : turns;
  const waiting = ahead + deferred + claimed;
  const ended = open - waiting;
  return {
    audience,
    accepted: row.a,
    bounced: row.b,
    suppressed: row.s,
    expired: row.e + (cancelled ? 0 : ended),
    cancelled: row.c + (cancelled ? ended : 0),
    uncertain: row.x,
    waiting,
    ahead,
    deferred,
    inFlight: claimed,
    difference: audience - (row.a + row.b + row.s + row.e + row.c + row.x + open),
  };
}
