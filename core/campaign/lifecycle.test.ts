import { and, eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { type Outcome, settle } from "#core/delivery/settle.ts";
import { equation } from "#core/ledger/equation.ts";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { reconcileCampaign } from "#core/ledger/reconcile.ts";
import type { WorkspaceCtx } from "#core/platform/context.ts";
import {
  auditEvents,
  campaignEvents,
  campaigns,
  claims,
  deliveries,
  due,
  pools,
  streams,
} from "#db/schema/index.ts";
import { testDatabase, uniqueId } from "#db/testing/database.ts";
import {
  adminCtx,
  makeCampaign,
  makeList,
  makeSender,
  makeSource,
  makeUser,
  makeWorkspace,
  systemCtx,
  workspaceCtx,
} from "#db/testing/factories.ts";
import { alignDue } from "./align-due.ts";
import { cancelCampaign } from "./cancel.ts";
import { closeCampaign } from "./close.ts";
import { expireCampaigns } from "./expire.ts";
import { expireRest } from "./expire-rest.ts";
import { finishCampaigns } from "./finish.ts";
import { launchCampaign } from "./launch.ts";
import { moveCampaign } from "./move.ts";
import { pauseCampaign } from "./pause.ts";
import { explainTrace, readTrace } from "./report/trace.ts";
import { resumeCampaign } from "./resume.ts";
import { retryRecipients } from "./retry.ts";
import { launchKey, scheduleCampaign } from "./schedule.ts";
import { EMPTY_AUDIENCE } from "./types.ts";
import { unscheduleCampaign } from "./unschedule.ts";

const { db, sql: raw } = await testDatabase();
await makeSource(db);

async function draft(n = 25, options: { takeBackSeconds?: number; typeNumberAbove?: number } = {}) {
  const workspace = await makeWorkspace(db, options);
  const sender = await makeSender(db, workspace.id);
  const list = await makeList(db, workspace.id);
  await db.execute(sql`with new as (
    insert into subscribers (workspace_id, address, address_key, domain)
    select ${workspace.id}, a, a, 'one.example' from (select 'p' || g || '@one.example' a from generate_series(1, ${n}::int) g) x returning id)
    insert into subscriptions (subscriber_id, list_id, workspace_id, status) select id, ${list.id}, ${workspace.id}, 'confirmed' from new`);
  const campaign = await makeCampaign(db, workspace.id, {
    senderId: sender.id,
    audience: { ...EMPTY_AUDIENCE, include: { lists: [list.id], segments: [] } },
  });
  return { campaign, ctx: workspaceCtx(db, workspace.id, { role: "marketer" }) };
}

async function running(n = 25) {
  const made = await draft(n);
  const launched = await launchCampaign(systemCtx(db), { campaignId: made.campaign.id, revision: 1 });
  expect(launched).toMatchObject({ ok: true, audience: n });
  return made;
}

/** A lane takes the next `n`, as `reserve` does. */
async function take(campaignId: number, n: number) {
  const [row] = await db.execute<{ id: number; first: number; bucket: number }>(sql`
    with s as (select * from streams where campaign_id = ${campaignId} and next_seq <= last_seq limit 1 for update),
    m as (update streams t set next_seq = t.next_seq + ${n} from s where t.campaign_id = s.campaign_id and t.bucket = s.bucket
      returning t.pool_id, t.bucket, s.next_seq as f),
    c as (insert into claims (lane_id, epoch, campaign_id, pool_id, bucket, class, seqs)
      select 1, 1, ${campaignId}, pool_id, bucket, 5, array(select generate_series(f, f + ${n - 1})) from m returning id)
    select c.id::int as id, m.f as first, m.bucket from c, m`);
  return row!;
}

const outcome = (
  claim: { id: number; bucket: number },
  campaignId: number,
  seq: number,
  kind: Outcome["kind"],
): Outcome => ({
  kind,
  claimId: claim.id,
  epoch: 1,
  campaignId,
  seq,
  sourceId: 1,
  bucket: claim.bucket,
  senderDomainId: 1,
  attempt: 1,
  at: Date.now(),
  code: kind === "accepted" ? 250 : 451,
  enhanced: null,
  reply: "said",
  verdict: kind === "accepted" ? null : "temporary",
  shape: null,
  retryAt: kind === "deferred" || kind === "back" ? Date.now() + 60_000 : null,
  pinnedTo: null,
  toBucket: null,
  suppress: false,
  sign: null,
});

/** The lane says how its claim went and is done with it. */
function done(
  claim: { id: number; first: number; bucket: number },
  campaignId: number,
  kinds: Outcome["kind"][],
) {
  return settle(raw, {
    outcomes: kinds.map((kind, i) => outcome(claim, campaignId, claim.first + i, kind)),
    finished: [{ claimId: claim.id, epoch: 1 }],
  });
}

const state = async (id: number) => (await db.select().from(campaigns).where(eq(campaigns.id, id)))[0]!;
const jobs = (key: string) =>
  db.execute<{ run_at: string }>(sql`select run_at from graphile_worker.jobs where key = ${key}`);
const past = (ctx: WorkspaceCtx): WorkspaceCtx => ({
  ...ctx,
  now: () => new Date(Date.now() + 100 * 3_600_000),
});

describe("schedule", () => {
  it("refuses a viewer, another workspace, an old revision, a time gone by and what could not be launched", async () => {
    const { campaign, ctx } = await draft();
    const input = { campaignId: campaign.id, revision: 1, expectedAudience: 25 };
    expect(() => scheduleCampaign({ ...ctx, role: "viewer" }, input)).toThrow(/marketer/);
    const stranger = workspaceCtx(db, (await makeWorkspace(db)).id);
    expect((await scheduleCampaign(stranger, input)).ok).toBe(false);
    expect((await scheduleCampaign(ctx, { ...input, revision: 2 })).ok).toBe(false);
    expect(await scheduleCampaign(ctx, { ...input, at: "2020-01-01T00:00:00Z" })).toMatchObject({
      fields: { at: expect.any(String) },
    });
    await db.update(campaigns).set({ senderId: null }).where(eq(campaigns.id, campaign.id));
    expect(await scheduleCampaign(ctx, input)).toMatchObject({ ok: false, reason: "No sender is chosen." });
    expect((await state(campaign.id)).state).toBe("draft");
    expect(await jobs(launchKey(campaign.id))).toHaveLength(0);
  });
  it("asks for the number above the owner's limit", async () => {
    const { campaign, ctx } = await draft(25, { typeNumberAbove: 10 });
    const input = { campaignId: campaign.id, revision: 1, expectedAudience: 25 };
    expect(await scheduleCampaign(ctx, input)).toMatchObject({
      ok: false,
      fields: { typedNumber: expect.any(String) },
    });
    expect((await scheduleCampaign(ctx, { ...input, typedNumber: 25 })).ok).toBe(true);
    expect(await launchCampaign(systemCtx(db), { campaignId: campaign.id, revision: 1 })).toMatchObject({
      ok: true,
    });
  });
  it("starts a job after the seconds in which it can be taken back, and taking back removes it", async () => {
    const { campaign, ctx } = await draft();
    const now = new Date("2031-01-01T00:00:00Z");
    const at = { ...ctx, now: () => now };
    const input = { campaignId: campaign.id, revision: 1, expectedAudience: 25 };
    expect(await scheduleCampaign(at, input)).toEqual({ ok: true, scheduledAt: "2031-01-01T00:00:20.000Z" });
    expect(await scheduleCampaign(at, { ...input, at: "2031-02-01T10:00:00+01:00" })).toMatchObject({
      ok: true,
    });
    const waiting = await jobs(launchKey(campaign.id));
    expect(waiting.map((job) => new Date(job.run_at).toISOString())).toEqual(["2031-02-01T09:00:00.000Z"]);
    expect(await unscheduleCampaign(workspaceCtx(db, (await makeWorkspace(db)).id), input)).toMatchObject({
      ok: false,
    });
    expect(await unscheduleCampaign(ctx, input)).toEqual({ ok: true });
    expect(await unscheduleCampaign(ctx, input)).toMatchObject({ ok: false });
    expect(await jobs(launchKey(campaign.id))).toHaveLength(0);
    expect((await state(campaign.id)).state).toBe("draft");
  });
});

describe("pause and resume", () => {
  it("stop and go on with what is ahead and due; twice is refused", async () => {
    const { campaign, ctx } = await running();
    const input = { campaignId: campaign.id };
    await done(await take(campaign.id, 5), campaign.id, [
      "accepted",
      "accepted",
      "deferred",
      "deferred",
      "back",
    ]);
    const claim = await take(campaign.id, 4);
    expect(await pauseCampaign(workspaceCtx(db, (await makeWorkspace(db)).id), input)).toMatchObject({
      ok: false,
    });
    expect(await pauseCampaign(ctx, input)).toEqual({ ok: true, inFlight: 4 });
    expect(await pauseCampaign(ctx, input)).toMatchObject({ ok: false });
    // What a lane hands back now waits as well.
    await done(claim, campaign.id, ["accepted", "back", "deferred", "accepted"]);
    const waiting = async () => [
      ...(await db.select({ s: due.state }).from(due).where(eq(due.campaignId, campaign.id))),
      ...(await db.select({ s: streams.state }).from(streams).where(eq(streams.campaignId, campaign.id))),
    ];
    expect(new Set((await waiting()).map((r) => r.s))).toEqual(new Set(["p"]));
    expect(await equation(db, campaign.id)).toMatchObject({
      accepted: 4,
      waiting: 21,
      ahead: 16,
      deferred: 5,
      inFlight: 0,
      difference: 0,
    });
    expect(await finishCampaigns(db)).toMatchObject({ finished: [] });
    expect(await resumeCampaign(ctx, input)).toEqual({ ok: true });
    expect(await resumeCampaign(ctx, input)).toMatchObject({ ok: false });
    expect(new Set((await waiting()).map((r) => r.s))).toEqual(new Set(["r"]));
    expect(await ledgerInvariant(db, campaign.id)).toMatchObject({ open: 21, ok: true });
    // A turn written by a lane that saw the campaign still paused.
    await db.update(due).set({ state: "p" }).where(eq(due.campaignId, campaign.id));
    expect(await alignDue(db)).toBe(5);
    expect(await alignDue(db)).toBe(0);
    expect(new Set((await waiting()).map((r) => r.s))).toEqual(new Set(["r"]));
  });
});

describe("cancel", () => {
  it("wants the name, counts what is ahead as cancelled at once, and closes the ledger in chunks", async () => {
    const { campaign, ctx } = await running();
    const id = campaign.id;
    await done(await take(id, 5), id, ["accepted", "accepted", "deferred", "deferred", "back"]);
    const claim = await take(id, 4);
    expect(await cancelCampaign(ctx, { campaignId: id, typedName: "no" })).toMatchObject({
      ok: false,
      fields: {},
    });
    expect(
      await cancelCampaign(workspaceCtx(db, (await makeWorkspace(db)).id), {
        campaignId: id,
        typedName: campaign.name,
      }),
    ).toMatchObject({ ok: false });
    expect(await cancelCampaign(ctx, { campaignId: id, typedName: campaign.name })).toEqual({
      ok: true,
      cancelled: 19,
    });
    expect(await cancelCampaign(ctx, { campaignId: id, typedName: campaign.name })).toMatchObject({
      ok: false,
    });
    expect(await equation(db, id)).toMatchObject({
      accepted: 2,
      cancelled: 19,
      waiting: 4,
      inFlight: 4,
      ahead: 0,
      difference: 0,
    });
    expect(await closeCampaign(systemCtx(db), { campaignId: id, chunk: 3 })).toEqual({
      closed: 19,
      claims: 1,
    });
    expect((await state(id)).finishedAt).toBeNull();
    // The lane ends: one got it, the others go nowhere; the next run of the job finds them.
    await done(claim, id, ["accepted", "back", "deferred", "back"]);
    expect(await closeCampaign(systemCtx(db), { campaignId: id, chunk: 3 })).toEqual({
      closed: 3,
      claims: 0,
    });
    expect(await state(id)).toMatchObject({ state: "cancelled", finishedAt: expect.any(Date) });
    expect(await equation(db, id)).toMatchObject({ accepted: 3, cancelled: 22, waiting: 0, difference: 0 });
    expect(await reconcileCampaign(db, id)).toEqual({ ok: true, differences: [] });
    expect(await closeCampaign(systemCtx(db), { campaignId: id })).toEqual({ closed: 0, claims: 0 });
  });

  it("ends too what was set aside because it ended workers", async () => {
    const { campaign, ctx } = await running();
    const { id, name } = campaign;
    await take(id, 4);
    await db.execute(sql`update claims set set_aside_at = now() where campaign_id = ${id}`);
    expect(await cancelCampaign(ctx, { campaignId: id, typedName: name })).toMatchObject({ ok: true });
    expect((await closeCampaign(systemCtx(db), { campaignId: id })).claims).toBe(0);
    expect(await state(id)).toMatchObject({ state: "cancelled", finishedAt: expect.any(Date) });
    expect(await equation(db, id)).toMatchObject({ waiting: 0, difference: 0 });
    expect(await reconcileCampaign(db, id)).toEqual({ ok: true, differences: [] });
  });
});

describe("expiry", () => {
  it("leaves a running campaign alone, and ends one past its time once", async () => {
    const { campaign, ctx } = await running();
    const id = campaign.id;
    await done(await take(id, 5), id, ["accepted", "accepted", "deferred", "deferred", "back"]);
    expect(await closeCampaign(systemCtx(db), { campaignId: id })).toEqual({ closed: 0, claims: 0 });
    expect(await expireCampaigns(systemCtx(db))).not.toContain(id);
    expect(await expireCampaigns(past(ctx))).toContain(id);
    expect(await expireCampaigns(past(ctx))).not.toContain(id);
    expect(await equation(db, id)).toMatchObject({
      accepted: 2,
      expired: 20,
      ahead: 0,
      deferred: 3,
      difference: 0,
    });
    await closeCampaign(past(ctx), { campaignId: id, chunk: 7 });
    expect(await equation(db, id)).toMatchObject({ accepted: 2, expired: 23, waiting: 0, difference: 0 });
    const events = await db.select().from(campaignEvents).where(eq(campaignEvents.campaignId, id));
    expect(events.filter((e) => e.kind === "expired").map((e) => e.sentence)).toEqual([
      "Its time is over. 23 did not get it and will not.",
    ]);
    expect((await state(id)).state).toBe("finished");
  });
});

describe("move to another pool", () => {
  it("refuses what is not under way, a pool that is none or has no source, and the one it goes by", async () => {
    const { campaign, ctx } = await running(6);
    const admin = adminCtx(db, (await makeUser(db)).id);
    const move = (poolId: number, campaignId = campaign.id) => moveCampaign(admin, { campaignId, poolId });
    const [empty] = await db
      .insert(pools)
      .values({ name: uniqueId("Pool ") })
      .returning();
    const [other] = await db
      .insert(pools)
      .values({ name: uniqueId("Pool ") })
      .returning();
    await makeSource(db, { poolId: other!.id });
    const [stream] = await db.select().from(streams).where(eq(streams.campaignId, campaign.id));
    expect(await move(9_999)).toMatchObject({ ok: false, fields: { poolId: expect.any(String) } });
    expect(await move(empty!.id)).toMatchObject({ ok: false, reason: expect.stringContaining(empty!.name) });
    expect(await move(stream!.poolId)).toMatchObject({ ok: false, reason: expect.stringMatching(/already/) });
    expect(await move(other!.id, (await draft()).campaign.id)).toMatchObject({ ok: false });
    // While it is paused too; then it stays paused.
    await pauseCampaign(ctx, { campaignId: campaign.id });
    expect(await move(other!.id)).toEqual({ ok: true, moved: 6, inFlight: 0 });
    expect(await move(other!.id)).toMatchObject({ ok: false });
    expect(await db.select().from(streams).where(eq(streams.campaignId, campaign.id))).toMatchObject([
      { poolId: other!.id, state: "p" },
    ]);
    expect((await state(campaign.id)).poolId).toBe(other!.id);
    await cancelCampaign(ctx, { campaignId: campaign.id, typedName: campaign.name });
    expect(await move(stream!.poolId)).toMatchObject({ ok: false });
  });

  it("what a lane gives back goes to the new pool", async () => {
    const { campaign } = await running(10);
    const id = campaign.id;
    const admin = adminCtx(db, (await makeUser(db)).id);
    const [other] = await db
      .insert(pools)
      .values({ name: uniqueId("Pool ") })
      .returning();
    await makeSource(db, { poolId: other!.id });
    await done(await take(id, 2), id, ["deferred", "back"]);
    const claim = await take(id, 4);
    expect(await moveCampaign(admin, { campaignId: id, poolId: other!.id })).toEqual({
      ok: true,
      moved: 6,
      inFlight: 4,
    });
    await done(claim, id, ["accepted", "back", "deferred", "back"]);
    const turns = await db.select({ pool: due.poolId }).from(due).where(eq(due.campaignId, id));
    expect(turns.map((turn) => turn.pool)).toEqual(Array(5).fill(other!.id));
    expect(await ledgerInvariant(db, id)).toMatchObject({ open: 9, due: 5, ahead: 4, ok: true });
  });
});

describe("expire the rest", () => {
  const rows = (id: number, state: string) =>
    db
      .select()
      .from(deliveries)
      .where(and(eq(deliveries.campaignId, id), eq(deliveries.state, state)));

  it("refuses a viewer, another workspace, what is over, and a second one at the same time", async () => {
    const { campaign, ctx } = await running();
    const input = { campaignId: campaign.id };
    expect(() => expireRest({ ...ctx, role: "viewer" }, input)).toThrow(/marketer/);
    expect((await expireRest(workspaceCtx(db, (await makeWorkspace(db)).id), input)).ok).toBe(false);
    const both = await Promise.all([expireRest(ctx, input), expireRest(ctx, input)]);
    expect(both.filter((result) => result.ok)).toEqual([{ ok: true, expired: 25 }]);
    expect(both.find((result) => !result.ok)).toMatchObject({ reason: expect.stringMatching(/already/) });
    await closeCampaign(systemCtx(db), input);
    expect((await state(campaign.id)).state).toBe("finished");
    expect((await expireRest(ctx, input)).ok).toBe(false);
    const draftOnly = await draft();
    expect((await expireRest(draftOnly.ctx, { campaignId: draftOnly.campaign.id })).ok).toBe(false);
  });

  it("leaves alone a campaign of which all that is left is in flight", async () => {
    const { campaign, ctx } = await running(4);
    const claim = await take(campaign.id, 4);
    expect(await expireRest(ctx, { campaignId: campaign.id })).toMatchObject({ ok: false });
    expect((await state(campaign.id)).stopReason).toBeNull();
    await done(claim, campaign.id, ["accepted", "accepted", "accepted", "accepted"]);
    expect((await finishCampaigns(db)).finished).toContain(campaign.id);
  });

  it("expires who waits and who was deferred, with the name; what is in flight ends as it ends; then it finishes", async () => {
    const { campaign, ctx } = await running();
    const id = campaign.id;
    const user = await makeUser(db, { name: "Mara", workspaceId: campaign.workspaceId });
    const mara = workspaceCtx(db, campaign.workspaceId, { role: "marketer", userId: user.id });
    await done(await take(id, 5), id, ["accepted", "accepted", "deferred", "deferred", "back"]);
    const claim = await take(id, 4);
    expect(await expireRest(mara, { campaignId: id })).toEqual({ ok: true, expired: 19 });
    // A campaign whose rest expired is neither paused into life again nor cancelled away.
    expect(await pauseCampaign(ctx, { campaignId: id })).toMatchObject({ ok: true });
    expect(await resumeCampaign(ctx, { campaignId: id })).toMatchObject({ ok: true });
    expect(await closeCampaign(systemCtx(db), { campaignId: id, chunk: 3 })).toEqual({
      closed: 19,
      claims: 1,
    });
    // What the lane gives back meanwhile does not go out any more, and is told with the same reason.
    const { stopped } = await done(claim, id, ["accepted", "back", "deferred", "back"]);
    expect(stopped).toContain(id);
    const turns = await db.select({ s: due.state }).from(due).where(eq(due.campaignId, id));
    expect(turns.map((turn) => turn.s)).toEqual(["e", "e", "e"]);
    expect(await expireCampaigns(systemCtx(db))).not.toContain(id);
    expect(await closeCampaign(systemCtx(db), { campaignId: id })).toEqual({ closed: 3, claims: 0 });
    expect(await state(id)).toMatchObject({ state: "finished", finishedAt: expect.any(Date) });
    expect(await equation(db, id)).toMatchObject({ accepted: 3, expired: 22, waiting: 0, difference: 0 });
    expect(await reconcileCampaign(db, id)).toEqual({ ok: true, differences: [] });
    const expired = await rows(id, "e");
    expect(new Set(expired.map((row) => row.reply))).toEqual(new Set(["stopped by Mara"]));
    expect(new Set(expired.map((row) => row.code))).toEqual(new Set([null]));
    // Who asks why reads the reason.
    const traces = await Promise.all(expired.map((row) => readTrace(ctx, id, row.seq)));
    expect(traces.every((trace) => trace.stopReason === "stopped by Mara")).toBe(true);
    // The last word of a server stands beside it.
    expect(new Set(traces.map((trace) => trace.reply))).toEqual(new Set([null, "said"]));
    const said = new Set(traces.map((trace) => explainTrace(trace, String)));
    expect(said).toEqual(
      new Set([
        "It expired: stopped by Mara before another try.",
        "It expired: stopped by Mara before its turn.",
      ]),
    );
    const events = await db.select().from(campaignEvents).where(eq(campaignEvents.campaignId, id));
    const told = events.filter((event) => event.kind === "stopped" || event.kind === "expired");
    expect(told).toMatchObject([
      {
        userId: user.id,
        sentence: "Expired the rest: 19 did not get it and will not be tried again. 4 in flight will finish.",
      },
    ]);
    const audit = await db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.workspaceId, campaign.workspaceId));
    expect(audit.map((row) => row.action)).toContain("campaign.expire-rest");
  });

  it("of a paused campaign works as well, and who expired can be tried again with nothing left of the reason", async () => {
    const { campaign, ctx } = await running(6);
    const id = campaign.id;
    await pauseCampaign(ctx, { campaignId: id });
    expect(await expireRest(ctx, { campaignId: id })).toEqual({ ok: true, expired: 6 });
    await closeCampaign(systemCtx(db), { campaignId: id });
    expect(await state(id)).toMatchObject({ state: "finished", stopReason: "stopped by the mail system" });
    const again = await retryRecipients(ctx, { campaignId: id, state: "expired", expected: 6 });
    expect(again).toEqual({ ok: true, retried: 6 });
    expect(await state(id)).toMatchObject({ state: "sending", stopReason: null });
    expect(await closeCampaign(systemCtx(db), { campaignId: id })).toEqual({ closed: 0, claims: 0 });
    expect(await ledgerInvariant(db, id)).toMatchObject({ open: 6, due: 6, ok: true });
    expect(await expireRest(ctx, { campaignId: id })).toEqual({ ok: true, expired: 6 });
  });
});

describe("finish", () => {
  it("waits for claims and turns, ends once, and adds up", async () => {
    const { campaign } = await running(6);
    const id = campaign.id;
    const claim = await take(id, 6);
    expect((await finishCampaigns(db)).finished).not.toContain(id);
    await done(claim, id, ["accepted", "accepted", "bounced", "uncertain", "accepted", "deferred"]);
    expect((await finishCampaigns(db)).finished).not.toContain(id);
    const [turn] = await db.delete(due).where(eq(due.campaignId, id)).returning();
    // In no place: never finished, and the invariant says so.
    expect((await finishCampaigns(db)).finished).not.toContain(id);
    expect(await ledgerInvariant(db, id)).toMatchObject({ misplaced: 1, ok: false });
    const [again] = await db
      .insert(claims)
      .values({
        laneId: 1,
        epoch: 1,
        campaignId: id,
        poolId: turn!.poolId,
        bucket: turn!.bucket,
        class: 5,
        seqs: [turn!.seq],
      })
      .returning();
    await settle(raw, {
      outcomes: [
        { ...outcome({ id: again!.id, bucket: turn!.bucket }, id, turn!.seq, "accepted"), attempt: 2 },
      ],
      finished: [{ claimId: again!.id, epoch: 1 }],
    });
    expect(await finishCampaigns(db)).toEqual({ finished: [id], differing: [] });
    expect(await finishCampaigns(db)).toEqual({ finished: [], differing: [] });
    const [event] = await db
      .select()
      .from(campaignEvents)
      .where(and(eq(campaignEvents.campaignId, id), eq(campaignEvents.kind, "finished")));
    expect(event!.sentence).toBe("Finished: 4 of 6 accepted, 1 bounced, 1 uncertain.");
  });

  it("says a difference between counts and ledger once, and repairs nothing", async () => {
    const { campaign } = await running(2);
    const id = campaign.id;
    await done(await take(id, 2), id, ["accepted", "accepted"]);
    await db
      .update(deliveries)
      .set({ state: "b" })
      .where(and(eq(deliveries.campaignId, id), eq(deliveries.seq, 1)));
    expect(await finishCampaigns(db)).toEqual({ finished: [id], differing: [id] });
    expect(await reconcileCampaign(db, id)).toEqual({
      ok: false,
      differences: [
        { state: "a", ledger: 1, rollup: 2 },
        { state: "b", ledger: 1, rollup: 0 },
      ],
    });
    const events = await db.select().from(campaignEvents).where(eq(campaignEvents.campaignId, id));
    expect(events.filter((e) => e.kind === "ledger-difference")).toHaveLength(1);
  });
});
