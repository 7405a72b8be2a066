import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { finishCampaigns } from "#core/campaign/finish.ts";
import { NOTHING_BESIDE, type Outcome, settle } from "#core/delivery/settle.ts";
import { bounceDelivery } from "#core/report/settle-late.ts";
import { countSegment } from "#core/segment/count.ts";
import { campaigns, deliveries, subscribers } from "#db/schema/index.ts";
import { testDatabase } from "#db/testing/database.ts";
import {
  makeCampaign,
  makeSubscriber,
  makeWorkspace,
  systemCtx,
  workspaceCtx,
} from "#db/testing/factories.ts";
import { noteAccepted } from "./note-accepted.ts";

const { db, sql: raw } = await testDatabase();
const DAY_MS = 86_400_000;
/** Whole seconds, as the ledger keeps them exactly. */
const today = Math.floor(Date.now() / 1000) * 1000;
const at = (daysAgo: number) => today - daysAgo * DAY_MS;

/** A campaign that runs, with a person a row; `seq` is the place in the list. */
async function running(people: number, workspaceId?: number) {
  const workspace = workspaceId ?? (await makeWorkspace(db)).id;
  const campaign = await makeCampaign(db, workspace, { state: "sending", launchedAt: new Date(at(60)) });
  const ids: number[] = [];
  for (let seq = 0; seq < people; seq++) {
    const person = await makeSubscriber(db, workspace);
    ids.push(person.id);
    await write(campaign.id, seq, person);
  }
  return { campaignId: campaign.id, workspace, ids };
}

async function write(campaignId: number, seq: number, person: { id: number; address: string }) {
  await db
    .insert(deliveries)
    .values({ campaignId, seq, subscriberId: person.id, address: person.address, domain: "example.com" });
}

/** Settled as a lane does it. */
async function say(campaignId: number, kind: Outcome["kind"], seqs: number[], when: number) {
  const outcomes = seqs.map(
    (seq): Outcome => ({
      kind,
      claimId: 0,
      epoch: 0,
      campaignId,
      seq,
      sourceId: 1,
      bucket: 1,
      senderDomainId: 1,
      attempt: 1,
      at: when,
      code: kind === "accepted" ? 250 : 550,
      enhanced: null,
      reply: "said",
      ...NOTHING_BESIDE,
      verdict: kind === "accepted" ? null : "policy",
    }),
  );
  await settle(raw, { outcomes, finished: [] });
}

const noted = async (id: number) =>
  (await db.select().from(subscribers).where(eq(subscribers.id, id)))[0]?.lastAcceptedAt?.getTime() ?? null;

const withinDays = (workspace: number, days: number) =>
  countSegment(workspaceCtx(db, workspace), {
    rule: {
      match: "all",
      rules: [{ field: "engagement", action: "accepted", op: "did", since: { daysAgo: days } }],
    },
  }).then(({ count }) => count);

test("who got mail is in the segment of those who did, and nobody else", async () => {
  const { campaignId, workspace, ids } = await running(5);
  await say(campaignId, "accepted", [0], at(1));
  await say(campaignId, "accepted", [1, 2], at(10));
  await say(campaignId, "bounced", [3], at(1));
  expect(await withinDays(workspace, 30)).toBe(0);
  // Ranges smaller than the campaign: each of them counts.
  expect(await noteAccepted(db, new Date(), 2)).toMatchObject({ moved: 3, again: [] });
  expect(await Promise.all(ids.map(noted))).toEqual([at(1), at(10), at(10), null, null]);
  expect(await withinDays(workspace, 2)).toBe(1);
  expect(await withinDays(workspace, 30)).toBe(3);
  // Nothing to do: no campaign is even looked at.
  expect(await noteAccepted(db)).toEqual({ campaigns: [], moved: 0, again: [] });
});

test("moves forward only, whichever campaign comes first, and touches nobody of another workspace", async () => {
  const first = await running(2);
  await say(first.campaignId, "accepted", [0, 1], at(3));
  await noteAccepted(db);
  const older = await makeCampaign(db, first.workspace, { state: "sending", launchedAt: new Date(at(60)) });
  const stranger = await makeSubscriber(db, (await makeWorkspace(db)).id);
  const [ann] = await db.select().from(subscribers).where(eq(subscribers.id, first.ids[0]!));
  await write(older.id, 0, ann!);
  await write(older.id, 1, stranger);
  await say(older.id, "accepted", [0, 1], at(20));
  expect(await noteAccepted(db)).toMatchObject({ campaigns: [older.id], moved: 0, again: [] });
  expect(await noted(ann!.id)).toBe(at(3));
  expect(await noted(stranger.id)).toBeNull();
});

test("one that is heard of late is not lost, not even where a late bounce took another away", async () => {
  const { campaignId, workspace, ids } = await running(2);
  await say(campaignId, "accepted", [0], at(2));
  await noteAccepted(db);
  await db
    .update(campaigns)
    .set({ state: "finished", finishedAt: new Date() })
    .where(eq(campaigns.id, campaignId));
  // The counts by state say one accepted before and after.
  const about = { campaign: campaignId, seq: 0, subscriber: ids[0]!, workspace, lists: [] };
  await bounceDelivery(systemCtx(db), about, { code: 550, enhanced: null, reply: "gone", verdict: null });
  await say(campaignId, "accepted", [1], at(5));
  expect(await noteAccepted(db)).toMatchObject({ campaigns: [campaignId], moved: 1 });
  expect(await noted(ids[1]!)).toBe(at(5));
});

test("twice at once gives the same", async () => {
  const { campaignId, workspace } = await running(30);
  await say(
    campaignId,
    "accepted",
    Array.from({ length: 30 }, (_, seq) => seq),
    at(1),
  );
  await Promise.all([noteAccepted(db, new Date(), 4), noteAccepted(db, new Date(), 7)]);
  await noteAccepted(db);
  expect(await withinDays(workspace, 2)).toBe(30);
  expect(await noteAccepted(db)).toMatchObject({ campaigns: [] });
});

test("waits for nobody: whom somebody else holds is noted later", async () => {
  const { campaignId, ids } = await running(3);
  await say(campaignId, "accepted", [0, 1, 2], at(1));
  await raw.begin(async (tx) => {
    await tx`select from subscribers where id = ${ids[1]!} for update`;
    expect(await noteAccepted(db)).toEqual({ campaigns: [campaignId], moved: 2, again: [campaignId] });
  });
  expect(await noted(ids[1]!)).toBeNull();
  expect(await noteAccepted(db)).toEqual({ campaigns: [campaignId], moved: 1, again: [] });
  expect(await noted(ids[1]!)).toBe(at(1));
});

test("the end of a campaign asks for it", async () => {
  const { campaignId } = await running(0);
  const jobs = () => db.execute(sql`select from graphile_worker.jobs where key = 'note-accepted'`);
  await db.execute(sql`select graphile_worker.remove_job('note-accepted')`);
  expect((await finishCampaigns(db)).finished).toContain(campaignId);
  expect(await jobs()).toHaveLength(1);
});
