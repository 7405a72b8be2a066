import type { Sql, TransactionSql } from "postgres";
import type { Verdict } from "#core/mail/reply/types.ts";
import { VERDICTS } from "#core/mail/reply/types.ts";
import { dayOf } from "../mail/warmup/caps.ts";
import { SMALL_SITES, warmupBucket } from "../warmup/types.ts";

/** What became of one try. `back`: not tried, or not counted; goes to `due` without an attempt. */
export type OutcomeKind = "accepted" | "bounced" | "deferred" | "uncertain" | "expired" | "back";

export type Outcome = {
  kind: OutcomeKind;
  claimId: number;
  epoch: number;
  campaignId: number;
  seq: number;
  sourceId: number;
  bucket: number;
  senderDomainId: number;
  /** Number of this try, from 1: makes repeating harmless. */
  attempt: number;
  /** ms since the epoch. */
  at: number;
  code: number | null;
  enhanced: string | null;
  reply: string | null;
  verdict: Verdict | null;
  /** Masked reply, where it is counted among the replies of the hour. */
  shape: string | null;
  /** deferred, back: when its turn comes again, ms since the epoch; uncertain: where the workspace has it sent once more. */
  retryAt: number | null;
  /** Back to this source only (greylisting). */
  pinnedTo: number | null;
  /** Where it goes instead of the claim's own bucket (its domain has moved). */
  toBucket: number | null;
  /** The address itself is dead. */
  suppress: boolean;
  /** What a refusal says about how warm the source is there; core/mail/warmup's `warmupCount`. */
  sign: WarmthSign | null;
};

export type WarmthSign = "deferred" | "greylisted" | "blocked" | "bounced";

/** What an outcome says beside the reply where there is nothing to say. */
export const NOTHING_BESIDE = {
  verdict: null,
  shape: null,
  retryAt: null,
  pinnedTo: null,
  toBucket: null,
  suppress: false,
  sign: null,
} as const satisfies Partial<Outcome>;

export type SettleInput = {
  outcomes: readonly Outcome[];
  /** Claims of which nothing is left. */
  finished: readonly { claimId: number; epoch: number }[];
};

const UNCERTAIN = VERDICTS.indexOf("uncertain");

const STATE: Record<OutcomeKind, string> = {
  accepted: "a",
  bounced: "b",
  deferred: "d",
  uncertain: "x",
  expired: "e",
  back: "-",
};

/**
 * Writes one flush of outcomes in one transaction. What a server said is a fact, whoever owns the lane by now:
 * states, counts, attempts and suppressions are written always; a next turn (`due`) only by who still holds the claim.
 * Repeating it after a lost commit answer changes nothing. Returns the campaigns of the flush that no longer run.
 */
export async function settle(sql: Sql, input: SettleInput): Promise<{ stopped: number[] }> {
  const campaigns = new Map<number, Outcome[]>();
  for (const outcome of input.outcomes) {
    const list = campaigns.get(outcome.campaignId);
    if (list) list.push(outcome);
    else campaigns.set(outcome.campaignId, [outcome]);
  }
  const order = [...campaigns.keys()].sort((a, b) => a - b);
  const claimIds = new Map<number, number>();
  for (const { claimId, epoch } of [...input.outcomes, ...input.finished]) claimIds.set(claimId, epoch);
  return (await sql.begin(async (tx) => {
    const steps: Promise<unknown>[] = [lockClaims(tx, [...claimIds.keys()]), lockDays(tx, input.outcomes)];
    for (const id of order)
      for (const round of rounds(campaigns.get(id)!)) steps.push(settleCampaign(tx, id, round));
    const ends = input.finished.filter((claim) => claim.claimId > 0);
    if (ends.length > 0) {
      steps.push(tx`delete from claims c using unnest(${ends.map((c) => c.claimId)}::bigint[], ${ends.map((c) => c.epoch)}::int[]) f(id, epoch)
        where c.id = f.id and c.epoch = f.epoch`);
    }
    const stopped = tx<{ id: number }[]>`select id from campaigns
      where id = any(${order}::int[]) and kind = 'campaign' and (state <> 'sending' or expires_at <= now())`;
    await Promise.all(steps);
    return { stopped: (await stopped).map((row) => row.id) };
  })) as { stopped: number[] };
}

/**
 * Each recipient once in each: a process that lost a lane and got it back may say in one flush how its try before that
 * ended and how the next one did, and the second has to see what the first made of the row.
 */
function rounds(outcomes: readonly Outcome[]): Outcome[][] {
  const turns = new Map<number, number>();
  const all: Outcome[][] = [];
  for (const outcome of outcomes) {
    const turn = turns.get(outcome.seq) ?? 0;
    turns.set(outcome.seq, turn + 1);
    const round = all[turn];
    if (round) round.push(outcome);
    else all.push([outcome]);
  }
  return all;
}

/** So that an adoption waits for us, or we see it. In order of their ids, like everybody. */
async function lockClaims(tx: TransactionSql, ids: number[]): Promise<void> {
  await tx`select from claims where id = any(${ids}::bigint[]) order by id for update`;
}

/** Days of warm-up before any rollup, in order: like a claim that finds somebody suppressed. */
async function lockDays(tx: TransactionSql, outcomes: readonly Outcome[]): Promise<void> {
  const keys = new Map<string, [number, number, number]>();
  for (const { sourceId, bucket, at } of outcomes) {
    const key: [number, number, number] = [sourceId, warmupBucket(bucket), dayOf(at)];
    keys.set(key.join(" "), key);
  }
  const column = (at: 0 | 1 | 2) => [...keys.values()].map((key) => key[at]);
  await tx`select from source_days s
    join unnest(${column(0)}::smallint[], ${column(1)}::int[], ${column(2)}::int[]) k(source_id, bucket, day)
      using (source_id, bucket, day)
    order by s.source_id, s.bucket, s.day for no key update of s`;
}

async function settleCampaign(tx: TransactionSql, campaignId: number, outcomes: Outcome[]): Promise<void> {
  const column = <T>(of: (outcome: Outcome) => T): T[] => outcomes.map(of);
  await tx`
    with given as materialized (
      select * from unnest(
        ${column((o) => o.seq)}::int[], ${column((o) => STATE[o.kind])}::text[], ${column((o) => o.claimId)}::bigint[],
        ${column((o) => o.epoch)}::int[], ${column((o) => o.sourceId)}::smallint[], ${column((o) => o.bucket)}::int[],
        ${column((o) => o.senderDomainId)}::int[], ${column((o) => o.attempt)}::smallint[], ${column((o) => o.at)}::float8[],
        ${column((o) => o.code)}::smallint[], ${column((o) => o.enhanced)}::text[], ${column((o) => o.reply)}::text[],
        ${column((o) => (o.verdict === null ? null : VERDICTS.indexOf(o.verdict)))}::smallint[],
        ${column((o) => o.shape)}::text[], ${column((o) => o.retryAt)}::float8[], ${column((o) => o.pinnedTo)}::smallint[],
        ${column((o) => o.toBucket)}::int[], ${column((o) => (o.suppress ? 1 : 0))}::int[],
        ${column((o) => o.sign)}::text[])
      o(seq, given, claim_id, epoch, source_id, bucket, sender_domain_id, n, ms, code, enhanced, reply, verdict, shape, retry_ms, pinned_to, to_bucket, suppress, sign)
    ), o as materialized (
      -- Nobody knows: once more where that is wanted, was not done before, and the campaign still runs. System mail is, somebody
      -- waits for it.
      select g.*, case when given = 'x' and retry_ms is not null
          and (select p.kind = 'system' or (w.repeat_uncertain and p.state in ('sending', 'paused') and coalesce(p.expires_at > now(), true)) from campaigns p join workspaces w on w.id = p.workspace_id where p.id = ${campaignId})
          and not exists (select from attempts a where a.campaign_id = ${campaignId} and a.seq = g.seq and a.verdict = ${UNCERTAIN})
        then 'd' else given end as state
      from given g
    ), old as materialized (
      select d.seq, d.state::text as state, d.attempts, d.first_at, d.settled_at, d.source_id
      from o join deliveries d on d.campaign_id = ${campaignId} and d.seq = o.seq
      order by d.seq for no key update of d
    ), seen as materialized (
      -- fresh: this try is not in the ledger yet. A second 250 from elsewhere is a copy, and counted as such. A try by who owned
      -- the lane before may have taken the number of ours: then ours has the next, as its recipient's next turn hangs on it.
      select o.*, to_timestamp(o.ms / 1000.0) as at, old.state as was, old.first_at, greatest(o.n, old.attempts + 1)::smallint as try,
        -- Nor is it where it was accepted and a report of its bounce came since.
        case when o.state = 'a' then old.state <> 'a' and (old.settled_at, old.source_id) is distinct from (to_timestamp(o.ms / 1000.0), o.source_id)
          when old.state not in ('w', 'd') then false when old.attempts < o.n then true
          else c.id is not null and not exists (select from attempts a
            where a.campaign_id = ${campaignId} and a.seq = o.seq and a.at = to_timestamp(o.ms / 1000.0) and a.source_id = o.source_id)
          end as fresh,
        o.state = 'a' and old.state = 'a'
          and (old.settled_at, old.source_id) is distinct from (to_timestamp(o.ms / 1000.0), o.source_id) as doubled,
        (c.id is not null) as mine, (o.state <> '-' or o.seq = any(c.seqs)) as is_held
      from o join old on old.seq = o.seq left join claims c on c.id = o.claim_id and c.epoch = o.epoch
    ), done as (
      update deliveries d set
        state = case when s.fresh then s.state::"char" else d.state end,
        attempts = case when s.fresh then s.try else d.attempts end,
        dup = d.dup + s.doubled::int::smallint,
        first_at = coalesce(d.first_at, s.at),
        settled_at = case when s.fresh and s.state <> 'd' then s.at else d.settled_at end,
        source_id = case when s.fresh then s.source_id else d.source_id end,
        code = case when s.fresh then s.code else d.code end,
        enhanced = case when s.fresh then s.enhanced else d.enhanced end,
        reply = case when s.fresh then s.reply else d.reply end,
        verdict = case when s.fresh then s.verdict else d.verdict end
      from seen s where d.campaign_id = ${campaignId} and d.seq = s.seq and s.state <> '-' and (s.fresh or s.doubled)
      returning d.seq, d.address, d.subscriber_id
    ), again as (
      -- A next turn is a right: only with the claim still ours, and only once.
      insert into due (campaign_id, seq, pool_id, bucket, class, due_at, source_id, state)
      select ${campaignId}, s.seq, c.pool_id, coalesce(s.to_bucket, c.bucket), c.class, to_timestamp(s.retry_ms / 1000.0),
        -- Not to one that does not send for this pool any more: others may.
        (select f.id from sending_sources f where f.id = s.pinned_to
          and exists (select from carried m where m.pool_id = c.pool_id and m.source_id = f.id)
          and carries(null, f.avoids, coalesce(s.to_bucket, c.bucket))),
        (case when p.kind = 'campaign' and p.expires_at <= now() then 'e' when p.state = 'paused' then 'p' else 'r' end)::"char"
      from seen s join claims c on c.id = s.claim_id and c.epoch = s.epoch join campaigns p on p.id = ${campaignId}
      where s.retry_ms is not null and p.state <> 'cancelled'
        and ((s.state = 'd' and s.fresh) or (s.state = '-' and s.is_held and s.was in ('w', 'd')))
      on conflict (campaign_id, seq) do nothing
    ), let_go as (
      -- Given back once: a claim does not name it any more, whoever has taken it since.
      update claims c set seqs = array(select x from unnest(c.seqs) with ordinality u(x, turn) where x <> all(b.seqs) order by turn), adopted = 0
      from (select claim_id, epoch, array_agg(seq) as seqs from seen where state = '-' and mine and is_held group by 1, 2) b
      where c.id = b.claim_id and c.epoch = b.epoch
    ), over as (
      delete from due r using seen s where r.campaign_id = ${campaignId} and r.seq = s.seq
        and not s.mine and s.fresh and s.state not in ('d', '-')
    ), tries as (
      insert into attempts (campaign_id, seq, n, at, source_id, bucket, code, enhanced, verdict, reply, retry_at)
      select ${campaignId}, seq, case when fresh then try else n end, at, source_id, bucket, code, enhanced, verdict, reply,
        case when state = 'd' then to_timestamp(retry_ms / 1000.0) end
      from seen where state in ('b', 'd', 'x', 'e')
      on conflict (campaign_id, seq, n) do nothing
    ), minutes as (
      insert into campaign_minutes as m (campaign_id, bucket, source_id, minute, accepted, deferred, bounced)
      select ${campaignId}, bucket, source_id, date_trunc('minute', at), count(*) filter (where state = 'a'),
        count(*) filter (where state = 'd'), count(*) filter (where state in ('b', 'e'))
      from seen where fresh and state <> '-' group by 2, 3, 4 order by 4, 2, 3
      on conflict (campaign_id, minute, bucket, source_id) do update set accepted = m.accepted + excluded.accepted,
        deferred = m.deferred + excluded.deferred, bounced = m.bounced + excluded.bounced
    ), hours as (
      insert into delivery_hours as h (source_id, bucket, sender_domain_id, hour, accepted, deferred, bounced, uncertain)
      select source_id, bucket, sender_domain_id, date_trunc('hour', at), count(*) filter (where state = 'a'),
        count(*) filter (where state = 'd'), count(*) filter (where state in ('b', 'e')), count(*) filter (where state = 'x')
      from seen where fresh and state <> '-' group by 1, 2, 3, 4 order by 4, 2, 1, 3
      on conflict (hour, bucket, source_id, sender_domain_id) do update set accepted = h.accepted + excluded.accepted,
        deferred = h.deferred + excluded.deferred, bounced = h.bounced + excluded.bounced, uncertain = h.uncertain + excluded.uncertain
    ), days as (
      -- Only of sources that are being warmed: the others have no row.
      update source_days s set accepted = s.accepted + n.accepted, deferred = s.deferred + n.deferred, greylisted = s.greylisted + n.greylisted,
        blocked = s.blocked + n.blocked, bounced = s.bounced + n.bounced
      from (select source_id, case when bucket < 100 then bucket else ${SMALL_SITES}::int end as bucket, floor(extract(epoch from at) / 86400)::int as day,
          count(*) filter (where state = 'a') as accepted, count(*) filter (where sign = 'deferred') as deferred,
          count(*) filter (where sign = 'greylisted') as greylisted, count(*) filter (where sign = 'blocked') as blocked,
          count(*) filter (where sign = 'bounced') as bounced
        from seen where fresh and state <> '-' group by 1, 2, 3) n
      where s.source_id = n.source_id and s.bucket = n.bucket and s.day = n.day
    ), replies as (
      insert into reply_hours as r (source_id, bucket, hour, shape, code, verdict, n, last_at, sample)
      select source_id, bucket, date_trunc('hour', at), shape, max(code), max(verdict), count(*), max(at), max(reply)
      from seen where fresh and shape is not null group by 1, 2, 3, 4 order by 1, 2, 3, 4
      on conflict (source_id, bucket, hour, shape) do update set n = r.n + excluded.n, last_at = excluded.last_at, sample = excluded.sample
    ), dead as (
      insert into suppressions (workspace_id, address, address_key, reason, evidence, campaign_id, seq)
      select null, u.address, u.address_key, 'recipient-dead',
        jsonb_build_object('source', 'smtp', 'reply', concat_ws(' ', u.code, u.enhanced, u.reply), 'enhanced', u.enhanced), ${campaignId}::int, u.seq
      from (select s.seq, s.code, s.enhanced, s.reply, d.address, coalesce(p.address_key, lower(d.address)) as address_key
        from seen s join done d on d.seq = s.seq left join subscribers p on p.id = d.subscriber_id
        where s.suppress = 1 and s.fresh) u order by u.address_key
      on conflict (address_key, coalesce(workspace_id, 0)) where lifted_at is null do nothing
    ), delta as (
      select bucket, source_id, was as state, -1 as n from seen where fresh and state <> '-' and was <> state
      union all
      select bucket, source_id, state, 1 from seen where fresh and state <> '-' and was <> state
    )
    insert into rollups as r (campaign_id, bucket, source_id, state, n)
    select ${campaignId}, bucket, source_id, state::"char", sum(n) from delta group by 2, 3, 4 having sum(n) <> 0 order by 2, 3, 4
    on conflict (campaign_id, bucket, source_id, state) do update set n = r.n + excluded.n`;
}
