/**
 * `npm run bench:ledger`: what claiming and settling cost a recipient, in a small ledger and in a large one side by
 * side, with the statements of the lanes on a real PostgreSQL. Last line is JSON.
 */
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acquire, enrol } from "#core/delivery/lease.ts";
import { open } from "#core/delivery/open.ts";
import { type LaneHold, reserve } from "#core/delivery/reserve.ts";
import { NOTHING_BESIDE, type Outcome, settle } from "#core/delivery/settle.ts";
import { makeDb, type Sql } from "#db/client.ts";
import { startEmbeddedPostgres } from "#db/embedded/postgres.ts";
import { migrate } from "#db/migrate.ts";
import { familyCpuMicros } from "./process-cost.ts";

/** Finished rows that lie beside the running campaign. */
const SIZES = (process.env.BENCH_ROWS ?? "10000,10000000").split(",").map(Number);
const RECIPIENTS = Number(process.env.BENCH_RECIPIENTS ?? 40_000);
const CLAIM = 200;
const FLUSHES = (process.env.BENCH_FLUSHES ?? "30,100").split(",").map(Number);
const BUCKET = 100_001;

type Row = { rows: number; flush: number; claim: number; settle: number; postgres: number };

const dataDir = join(tmpdir(), `lettermill-bench-ledger-${process.pid}`);
const results: Row[] = [];
for (const rows of SIZES) {
  const postgres = await startEmbeddedPostgres({ dataDir: `${dataDir}-${rows}`, log: () => {} });
  try {
    await migrate(postgres.url);
    const { sql, end } = makeDb(postgres.url, { max: 2, applicationName: "bench" });
    const house = await seed(sql, rows);
    for (const flush of FLUSHES) results.push(await measure(sql, house, rows, flush, postgres.pid));
    await end();
  } finally {
    await postgres.stop();
    for (const folder of [`${dataDir}-${rows}`, postgres.dataDir])
      await rm(folder, { recursive: true, force: true });
  }
}
console.table(
  results.map((row) => ({
    "finished rows": row.rows.toLocaleString("en-US"),
    "outcomes a flush": row.flush,
    "claim µs": row.claim.toFixed(1),
    "settle µs": row.settle.toFixed(1),
    "PostgreSQL CPU µs": row.postgres.toFixed(1),
  })),
);
const large = results.filter((row) => row.rows === SIZES.at(-1));
const small = results.filter((row) => row.rows === SIZES[0]);
const mean = (rows: Row[]) => rows.reduce((sum, row) => sum + row.claim + row.settle, 0) / rows.length;
console.log(
  JSON.stringify({
    claimMicros: Number(large[0]?.claim.toFixed(1)),
    settleMicros: Number(large.at(-1)?.settle.toFixed(1)),
    largeToSmall: Number((mean(large) / mean(small)).toFixed(2)),
  }),
);

type House = {
  workspaceId: number;
  listId: number;
  senderDomainId: number;
  sourceId: number;
  poolId: number;
  workerId: number;
};

async function seed(sql: Sql, rows: number): Promise<House> {
  const [workspace] =
    await sql`insert into workspaces (slug, name, postal_address) values ('bench', 'Nordkai', 'Kai 1') returning id`;
  const workspaceId = Number(workspace?.id);
  const [list] =
    await sql`insert into lists (workspace_id, name) values (${workspaceId}, 'Friday Roast') returning id`;
  const [domain] =
    await sql`insert into sender_domains (workspace_id, name, dkim_selector, dkim_private_key, dkim_public_key)
    values (${workspaceId}, 'nordkai.example', 'lm1', '', '') returning id`;
  const [source] = await sql`with s as (insert into sources (name, kind, ip, helo_name)
      values ('Source', 'ip', '127.0.0.1', 'out.nordkai.example') returning id)
    insert into pool_sources (pool_id, source_id) select p.id, s.id from s, pools p where p.is_default returning pool_id, source_id`;
  await sql`insert into subscribers (workspace_id, address, address_key, domain)
    select ${workspaceId}, 'person' || i || '@a' || i % 5000 || '.example', 'person' || i || '@a' || i % 5000 || '.example', 'a' || i % 5000 || '.example'
    from generate_series(1, ${Math.max(RECIPIENTS, 100_000)}::int) i`;
  await sql`insert into subscriptions (subscriber_id, list_id, workspace_id, status, confirmed_at)
    select id, ${Number(list?.id)}, workspace_id, 'confirmed', now() from subscribers`;
  const each = Math.min(rows, 100_000);
  for (let done = 0; done < rows; done += each) {
    const [campaign] =
      await sql`insert into campaigns (workspace_id, name, state) values (${workspaceId}, 'Old', 'finished') returning id`;
    await sql`select ledger_partition_for(${Number(campaign?.id)})`;
    await sql`insert into deliveries (campaign_id, seq, subscriber_id, address, domain, list_id, state, attempts, settled_at, source_id, code, enhanced, reply)
      select ${Number(campaign?.id)}, row_number() over (), id, address, domain, ${Number(list?.id)}, 'a', 1, now(), 1, 250, '2.0.0', 'OK queued as 4WqX1y2Z'
      from subscribers order by id limit ${each}`;
  }
  await sql`analyze`;
  const workerId = await enrol(sql, { host: "bench", pid: 1, graphileIds: [] });
  return {
    workspaceId,
    listId: Number(list?.id),
    senderDomainId: Number(domain?.id),
    sourceId: Number(source?.source_id),
    poolId: Number(source?.pool_id),
    workerId,
  };
}

/** One campaign through claim and settle, nothing between. µs per recipient. */
async function measure(sql: Sql, house: House, rows: number, flush: number, pid: number): Promise<Row> {
  const { workspaceId, listId, senderDomainId, sourceId, poolId, workerId } = house;
  const [campaign] = await sql`insert into campaigns (workspace_id, name, state, launched_at)
    values (${workspaceId}, 'New', 'sending', now()) returning id`;
  const id = Number(campaign?.id);
  await sql`select ledger_partition_for(${id})`;
  await sql`insert into deliveries (campaign_id, seq, subscriber_id, address, domain, list_id)
    select ${id}, row_number() over (order by md5(address)), id, address, domain, ${listId} from subscribers limit ${RECIPIENTS}`;
  await sql`insert into streams (pool_id, bucket, campaign_id, class, workspace_id, sender_domain_id, expires_at, first_seq, next_seq, last_seq)
    values (${poolId}, ${BUCKET}, ${id}, 5, ${workspaceId}, ${senderDomainId}, now() + interval '1 day', 1, 1, ${RECIPIENTS})`;
  await sql`insert into rollups (campaign_id, bucket, source_id, state, n) values (${id}, ${BUCKET}, 0, 'w', ${RECIPIENTS})`;
  await sql`analyze deliveries`;
  await sql`insert into lanes (source_id, bucket) values (${sourceId}, ${BUCKET}) on conflict do nothing`;
  const [lane] = await sql`update lanes set worker_id = null where bucket = ${BUCKET} returning id`;
  const held = await acquire(sql, Number(lane?.id), workerId);
  const hold: LaneHold = { laneId: Number(lane?.id), workerId, epoch: Number(held?.epoch) };
  let claim = 0;
  let settled = 0;
  let n = 0;
  const before = familyCpuMicros(pid);
  for (;;) {
    let started = performance.now();
    const taken = await sql.begin(async (tx) => {
      const claims = await reserve(tx, hold, [BUCKET], CLAIM);
      const of = { sourceId, workspaceOf: async () => ({ workspaceId, isSystem: false }) };
      return { claims, recipients: (await open(tx, claims, of)).recipients };
    });
    claim += performance.now() - started;
    if (taken.claims.length === 0) break;
    started = performance.now();
    for (let from = 0; from < taken.recipients.length; from += flush) {
      const part = taken.recipients.slice(from, from + flush);
      const isLast = from + flush >= taken.recipients.length;
      await settle(sql, {
        outcomes: part.map((one) => accepted(one, house)),
        finished: isLast ? taken.claims.map((c) => ({ claimId: c.id, epoch: c.epoch })) : [],
      });
    }
    settled += performance.now() - started;
    n += taken.recipients.length;
  }
  if (n !== RECIPIENTS) throw new Error(`settled ${n} of ${RECIPIENTS}`);
  const postgres = (familyCpuMicros(pid) - before) / n;
  return { rows, flush, claim: (claim * 1_000) / n, settle: (settled * 1_000) / n, postgres };
}

function accepted(
  one: { claimId: number; epoch: number; campaignId: number; seq: number; bucket: number },
  house: House,
): Outcome {
  const { claimId, epoch, campaignId, seq, bucket } = one;
  return {
    kind: "accepted",
    claimId,
    epoch,
    campaignId,
    seq,
    bucket,
    sourceId: house.sourceId,
    senderDomainId: house.senderDomainId,
    attempt: 1,
    at: Date.now(),
    code: 250,
    enhanced: "2.0.0",
    reply: "OK queued as 4WqX1y2Z",
    ...NOTHING_BESIDE,
  };
}
