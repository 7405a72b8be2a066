import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { anotherDatabase } from "#db/testing/database.ts";
import { makeCampaign, makeSource, makeWorkspace } from "#db/testing/factories.ts";
import { readPulse } from "./pulse.ts";

test("an installation without anything says so", async () => {
  const { db } = await anotherDatabase();
  expect(await readPulse({ db }, { workspaceId: null })).toEqual({
    sendingAllowed: true,
    sendingStoppedAt: null,
    live: 0,
    paused: 0,
    liveCampaignId: null,
    waiting: 0,
    nextTryAt: null,
    acceptedPerMinute: 0,
    next: null,
    heldSince: null,
    hasSource: false,
    lanesHeld: 0,
    lanesSuspended: 0,
  });
});

test("counts the workspace's own campaigns, and the installation's sources", async () => {
  const { db } = await anotherDatabase();
  const [mine, other] = [await makeWorkspace(db), await makeWorkspace(db)];
  const live = await makeCampaign(db, mine.id, { state: "sending" });
  const at = new Date(Date.now() + 3_600_000);
  const next = await makeCampaign(db, mine.id, { state: "scheduled", scheduledAt: at, name: "Brew guide" });
  const foreign = await makeCampaign(db, other.id, { state: "paused" });
  for (const [campaign, state, n] of [
    [live.id, "w", 70],
    [live.id, "d", 5],
    [live.id, "a", 25],
    [foreign.id, "w", 1000],
  ] as const) {
    await db.execute(
      sql`insert into rollups (campaign_id, bucket, state, n) values (${campaign}, 1, ${state}, ${n})`,
    );
  }
  await db.execute(sql`insert into campaign_minutes (campaign_id, bucket, source_id, minute, accepted)
    values (${live.id}, 1, 1, date_trunc('minute', now()), 25), (${live.id}, 1, 1, now() - interval '1 hour', 9000)`);
  await db.execute(sql`insert into due (campaign_id, seq, pool_id, bucket, class, due_at)
    values (${live.id}, 1, 1, 1, 5, ${at.toISOString()}), (${live.id}, 2, 1, 1, 5, now() + interval '3 days'), (${foreign.id}, 1, 1, 1, 5, now())`);
  const source = await makeSource(db);
  expect(await readPulse({ db }, { workspaceId: mine.id })).toMatchObject({
    live: 1,
    paused: 0,
    liveCampaignId: live.id,
    waiting: 75,
    nextTryAt: at,
    next: { id: next.id, name: "Brew guide", at },
    hasSource: true,
    heldSince: null,
  });
  expect((await readPulse({ db }, { workspaceId: mine.id })).acceptedPerMinute).toBeGreaterThan(10);
  expect(await readPulse({ db }, { workspaceId: null })).toMatchObject({ live: 1, paused: 1, waiting: 1075 });
  await db.execute(sql`update sources set state = 'held', held_at = now() where id = ${source.id}`);
  expect((await readPulse({ db }, { workspaceId: mine.id })).heldSince).toBeInstanceOf(Date);
});
