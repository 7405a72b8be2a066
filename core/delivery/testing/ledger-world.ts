import { anotherDatabase, type TestDatabase } from "#db/testing/database.ts";
import { makeCampaign, makeList, makeSender, makeSource, makeWorkspace } from "#db/testing/factories.ts";
import { acquire, adopt, enrol } from "../lease.ts";
import { open } from "../open.ts";
import { type Claim, type LaneHold, reserve } from "../reserve.ts";
import { NOTHING_BESIDE, type Outcome } from "../settle.ts";

/** What a server says that wants it later. */
export const deferred = {
  kind: "deferred",
  code: 451,
  enhanced: "4.3.0",
  reply: "later",
  verdict: "temporary",
  shape: "later",
} as const satisfies Partial<Outcome>;

export type LedgerWorld = Awaited<ReturnType<typeof ledgerWorld>>;

/** A database with a source and a worker, and what a worker does in it. One for a file: each test has a bucket of its own. */
export async function ledgerWorld() {
  const t: TestDatabase = await anotherDatabase();
  const { db, sql } = t;
  const workspaceId = (await makeWorkspace(db)).id;
  const listId = (await makeList(db, workspaceId)).id;
  const { id: senderId, senderDomainId } = await makeSender(db, workspaceId);
  const sourceId = (await makeSource(db)).id;
  const poolId = Number((await sql`select id from pools where is_default`)[0]?.id);
  const workerId = await enrol(sql, { host: "test", pid: 1, graphileIds: [] });
  let bucket = 1000;

  return {
    t,
    workspaceId,
    listId,
    senderDomainId,
    sourceId,
    poolId,
    workerId,

    /** Another shard, then big sites' numbers. */
    nextBucket(): number {
      bucket = bucket === 1015 ? 100_001 : bucket + 1;
      return bucket;
    },

    /** A running campaign of `n` people in one bucket. */
    async running(n: number, of: { bucket: number }): Promise<number> {
      const { id } = await makeCampaign(db, workspaceId, {
        state: "sending",
        senderId,
        launchedAt: new Date(),
      });
      await sql`with s as (
          insert into subscribers (workspace_id, address, address_key, domain)
          select ${workspaceId}, 'P' || i || '@c' || ${id}::int || '.example', 'p' || i || '@c' || ${id}::int || '.example', 'c' || ${id}::int || '.example'
          from generate_series(1, ${n}::int) i returning id, address, domain
        ), u as (insert into subscriptions (subscriber_id, list_id, workspace_id, status) select id, ${listId}, ${workspaceId}, 'confirmed' from s)
        insert into deliveries (campaign_id, seq, subscriber_id, address, domain, list_id)
        select ${id}, row_number() over (order by id), id, address, domain, ${listId} from s`;
      await sql`insert into streams (pool_id, bucket, campaign_id, class, workspace_id, sender_domain_id, expires_at, first_seq, next_seq, last_seq)
        values (${poolId}, ${of.bucket}, ${id}, 5, ${workspaceId}, ${senderDomainId}, now() + interval '1 day', 1, 1, ${n})`;
      await sql`insert into rollups (campaign_id, bucket, source_id, state, n) values (${id}, ${of.bucket}, 0, 'w', ${n})`;
      return id;
    },

    /** The source's lane in a bucket, taken. */
    async hold(of: number): Promise<LaneHold> {
      await sql`insert into lanes (source_id, bucket) values (${sourceId}, ${of}) on conflict do nothing`;
      const [lane] = await sql`select id from lanes where source_id = ${sourceId} and bucket = ${of}`;
      const row = await acquire(sql, Number(lane?.id), workerId);
      return { laneId: row!.id, workerId, epoch: row!.epoch };
    },

    take: (h: LaneHold, b: number, want: number, onlySystem = false) =>
      sql.begin((tx) => reserve(tx, h, [b], want, onlySystem)) as Promise<Claim[]>,

    look: (claims: Claim[]) =>
      sql.begin((tx) =>
        open(tx, claims, { sourceId, workspaceOf: async () => ({ workspaceId, isSystem: false }) }),
      ),

    adopt: (h: LaneHold, known?: number[]) =>
      sql.begin((tx) => adopt(tx, h, known)) as ReturnType<typeof adopt>,

    async counts(campaignId: number): Promise<Record<string, number>> {
      const rows =
        await sql`select state, sum(n)::int as n from rollups where campaign_id = ${campaignId} group by state having sum(n) <> 0`;
      return Object.fromEntries(rows.map((row) => [row.state, row.n]));
    },

    /** Open rows by place: ahead of a cursor, in a claim, due; and all of them in the ledger. */
    async places(
      campaignId: number,
    ): Promise<{ open: number; ahead: number; claimed: number; due: number; twice: number }> {
      const [row] = await sql`
        with o as (select seq from deliveries where campaign_id = ${campaignId} and state in ('w', 'd')),
        a as (select generate_series(next_seq, last_seq) as seq from streams where campaign_id = ${campaignId}),
        c as (select unnest(seqs) as seq from claims where campaign_id = ${campaignId}),
        d as (select seq from due where campaign_id = ${campaignId})
        select (select count(*)::int from o) as open, (select count(*)::int from a join o using (seq)) as ahead,
          (select count(*)::int from c join o using (seq)) as claimed, (select count(*)::int from d join o using (seq)) as due,
          (select count(*)::int from (select seq from (select * from a union all select * from c union all select * from d) z join o using (seq)
            group by seq having count(*) > 1) y) as twice`;
      return row as never;
    },

    outcome: (claim: Claim, seq: number, over: Partial<Outcome> = {}): Outcome => ({
      kind: "accepted",
      claimId: claim.id,
      epoch: claim.epoch,
      campaignId: claim.campaignId,
      seq,
      sourceId,
      bucket: claim.bucket,
      senderDomainId,
      attempt: 1,
      at: Date.now(),
      code: 250,
      enhanced: "2.0.0",
      reply: "ok",
      ...NOTHING_BESIDE,
      ...over,
    }),
  };
}
