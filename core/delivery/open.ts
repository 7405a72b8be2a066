import type { TransactionSql } from "postgres";
import type { Claim } from "./reserve.ts";

/** A recipient who may be mailed now. */
export type OpenRecipient = {
  claimId: number;
  epoch: number;
  campaignId: number;
  poolId: number;
  bucket: number;
  class: number;
  seq: number;
  subscriberId: number | null;
  /** As it goes on the wire. */
  address: string;
  domain: string;
  siteId: number;
  listId: number | null;
  variant: number;
  /** Attempts made so far. */
  attempts: number;
  /** Of the first attempt, ms since the epoch. */
  firstAt: number | null;
  attributes: Record<string, unknown>;
};

type Row = Omit<OpenRecipient, "claimId" | "epoch" | "campaignId" | "poolId" | "bucket" | "class"> & {
  refusal: string | null;
};

export type Opened = {
  recipients: OpenRecipient[];
  /** How many were refused, and are settled as suppressed. */
  suppressed: number;
};

/**
 * Reads the recipients of claims and asks again whether each may be mailed, in the transaction that claims them and
 * before any connection is opened. Who may not is settled as suppressed, with the reason. Rows that are settled
 * already are passed over. No answer means no send: an error here takes the claim back with the transaction.
 */
export async function open(
  tx: TransactionSql,
  claims: readonly Claim[],
  lane: { sourceId: number; workspaceOf: (campaignId: number) => Promise<OpenCampaign> },
): Promise<Opened> {
  const recipients: OpenRecipient[] = [];
  let suppressed = 0;
  const campaigns = await Promise.all(claims.map((claim) => lane.workspaceOf(claim.campaignId)));
  const answers = await Promise.all(
    claims.map((claim, i) =>
      campaigns[i]!.isSystem
        ? openSystem(tx, claim, campaigns[i]!.workspaceId)
        : openCampaign(tx, claim, campaigns[i]!.workspaceId),
    ),
  );
  for (const [i, claim] of claims.entries()) {
    const refused: Row[] = [];
    const { id, epoch, campaignId, poolId, bucket } = claim;
    for (const row of answers[i]!) {
      if (row.refusal !== null) refused.push(row);
      else {
        const { refusal: _, ...rest } = row;
        recipients.push({ claimId: id, epoch, campaignId, poolId, bucket, class: claim.class, ...rest });
      }
    }
    if (refused.length > 0) suppressed += await suppress(tx, claim, lane.sourceId, refused);
  }
  return { recipients, suppressed };
}

export type OpenCampaign = { workspaceId: number; isSystem: boolean };

// `limit 1` keeps each lookup an index scan of its own: of a campaign that was just frozen the planner knows nothing, and
// would read all of it for every claim.

/** A campaign's recipient needs the confirmed subscription that counted, and no suppression. */
function openCampaign(tx: TransactionSql, claim: Claim, workspaceId: number) {
  return tx<Row[]>`
    select d.seq, d.subscriber_id::float8 as "subscriberId", substring(d.address from '^(.*@)') || d.domain as address, d.domain,
      d.site_id as "siteId", d.list_id as "listId", d.variant, d.attempts, extract(epoch from d.first_at)::float8 * 1000 as "firstAt",
      case when s.id is null or s.erased_at is not null then 'erased'
        when x.reason is not null then 'suppressed: ' || x.reason
        when u.status is null then 'no-subscription'
        when u.status = 'unsubscribed' then 'unsubscribed'
        when u.status <> 'confirmed' then 'not-confirmed' end as refusal,
      coalesce(s.attributes, '{}'::jsonb) as attributes
    from unnest(${claim.seqs}::int[]) with ordinality c(seq, turn)
    cross join lateral (select * from deliveries d
      where d.campaign_id = ${claim.campaignId} and d.seq = c.seq and d.state in ('w', 'd') limit 1) d
    left join lateral (select s.id, s.address_key, s.erased_at, s.attributes from subscribers s
      where s.id = d.subscriber_id and s.workspace_id = ${workspaceId} limit 1) s on true
    left join lateral (select x.reason from suppressions x where x.address_key = s.address_key and x.lifted_at is null
      and (x.workspace_id is null or x.workspace_id = ${workspaceId}) limit 1) x on true
    left join lateral (select u.status from subscriptions u
      where u.subscriber_id = d.subscriber_id and u.list_id = d.list_id limit 1) u on true
    order by c.turn`;
}

/** System mail needs no subscription. Dead addresses get none; who complained gets only what they asked for. */
function openSystem(tx: TransactionSql, claim: Claim, workspaceId: number) {
  return tx<Row[]>`
    select d.seq, d.subscriber_id::float8 as "subscriberId", substring(d.address from '^(.*@)') || d.domain as address, d.domain,
      d.site_id as "siteId", d.list_id as "listId", d.variant, d.attempts, extract(epoch from d.first_at)::float8 * 1000 as "firstAt",
      case when x.reason is not null then 'suppressed: ' || x.reason end as refusal, '{}'::jsonb as attributes
    from unnest(${claim.seqs}::int[]) with ordinality c(seq, turn)
    cross join lateral (select * from deliveries d
      where d.campaign_id = ${claim.campaignId} and d.seq = c.seq and d.state in ('w', 'd') limit 1) d
    join system_mails m on m.campaign_id = d.campaign_id and m.seq = d.seq
    left join lateral (select x.reason from suppressions x
      where x.address_key = lower(substring(d.address from '^(.*@)')) || d.domain and x.lifted_at is null
        and (x.workspace_id is null or x.workspace_id = ${workspaceId})
        and (x.reason = 'recipient-dead' or (x.reason = 'complaint' and m.kind not in ('reset', 'invitation'))) limit 1) x on true
    order by c.turn`;
}

async function suppress(tx: TransactionSql, claim: Claim, sourceId: number, refused: Row[]): Promise<number> {
  const rows = await tx`
    with o as (select * from unnest(${refused.map((r) => r.seq)}::int[], ${refused.map((r) => r.refusal!)}::text[]) o(seq, refusal)),
    old as materialized (select d.seq, d.state from deliveries d join o on o.seq = d.seq
      where d.campaign_id = ${claim.campaignId} and d.state in ('w', 'd') order by d.seq for no key update of d),
    done as (
      update deliveries d set state = 's', reply = o.refusal, settled_at = now(), source_id = ${sourceId}
      from o join old on old.seq = o.seq where d.campaign_id = ${claim.campaignId} and d.seq = o.seq
      returning old.state as was),
    delta as (select was as state, -count(*) as n from done group by was union all select 's', count(*) from done)
    insert into rollups as r (campaign_id, bucket, source_id, state, n)
    select ${claim.campaignId}::int, ${claim.bucket}::int, ${sourceId}::smallint, state, n from delta where n <> 0 order by state
    on conflict (campaign_id, bucket, source_id, state) do update set n = r.n + excluded.n
    returning case when r.state = 's' then 1 end`;
  return rows.length > 0 ? refused.length : 0;
}
