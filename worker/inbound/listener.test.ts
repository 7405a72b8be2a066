import { and, eq, sql } from "drizzle-orm";
import nodemailer from "nodemailer";
import { afterAll, describe, expect, test } from "vitest";
import { linkKeys } from "#core/mail/link-keys.ts";
import { pathTokens } from "#core/mail/links.ts";
import { takeReport } from "#core/report/take.ts";
import {
  attempts,
  consentEvents,
  deliveries,
  deliveryHours,
  reports,
  rollups,
  subscriptions,
  suppressions,
} from "#db/schema/index.ts";
import { testDatabase, uniqueId } from "#db/testing/database.ts";
import {
  makeCampaign,
  makeList,
  makeSender,
  makeSubscriber,
  makeWorkspace,
  systemCtx,
} from "#db/testing/factories.ts";
import { composeArf } from "../sandbox/report-arf.ts";
import { composeDsn } from "../sandbox/report-dsn.ts";
import { startInbound } from "./listener.ts";

const { db } = await testDatabase();
const ctx = systemCtx(db);
const inbound = await startInbound(ctx, {
  host: "127.0.0.1",
  port: 0,
  name: "bounces.test",
  log: { info() {}, warn() {} },
});
afterAll(() => inbound.stop());

const SOURCE = 3;
const BUCKET = 1;

/** An accepted delivery of a campaign to one list, and the addresses that speak of it. */
async function accepted() {
  const workspace = await makeWorkspace(db);
  const sender = await makeSender(db, workspace.id);
  const list = await makeList(db, workspace.id);
  const address = `${uniqueId("Ann")}@a.example`;
  const person = await makeSubscriber(db, workspace.id, {
    address,
    addressKey: address.toLowerCase(),
    domain: "a.example",
  });
  await db
    .insert(subscriptions)
    .values({ subscriberId: person.id, listId: list.id, workspaceId: workspace.id, status: "confirmed" })
    .onConflictDoUpdate({
      target: [subscriptions.subscriberId, subscriptions.listId],
      set: { status: "confirmed" },
    });
  const campaign = await makeCampaign(db, workspace.id, {
    senderId: sender.id,
    audience: { include: { lists: [list.id], segments: [] }, exclude: { lists: [], segments: [] } },
  });
  await db.insert(deliveries).values({
    campaignId: campaign.id,
    seq: 1,
    subscriberId: person.id,
    address,
    domain: "a.example",
    state: "a",
    attempts: 1,
    sourceId: SOURCE,
  });
  await db
    .insert(rollups)
    .values([{ campaignId: campaign.id, bucket: BUCKET, sourceId: SOURCE, state: "a", n: 1 }]);
  const tokens = pathTokens(linkKeys(ctx.settings.secret), {
    workspace: workspace.id,
    campaign: campaign.id,
    seq: 1,
    subscriber: person.id,
  });
  const domain = `bounces.${sender.domain}`;
  return {
    workspace,
    campaign,
    person,
    list,
    address,
    senderDomainId: sender.senderDomainId,
    returnPath: `${tokens.returnPath}@${domain}`,
    leave: `${tokens.unsubscribe}@${domain}`,
  };
}

async function send(to: string, raw: string): Promise<string> {
  const transport = nodemailer.createTransport({ host: "127.0.0.1", port: inbound.port, ignoreTLS: true });
  try {
    return (await transport.sendMail({ envelope: { from: "", to }, raw })).response;
  } finally {
    transport.close();
  }
}

async function takeAll(to: string): Promise<number> {
  const waiting = await db
    .select({ id: reports.id })
    .from(reports)
    .where(eq(sql`lower(${reports.rcptTo})`, to.toLowerCase()));
  // Twice: a task may run again after a crash.
  for (const { id } of [...waiting, ...waiting]) await takeReport(ctx, { reportId: id });
  return waiting.length;
}

const dsn = (returnPath: string, recipient: string, status: string, diagnostic: string) =>
  composeDsn({
    host: "mx.a.example",
    returnPath,
    recipient,
    status,
    diagnostic,
    originalHeaders: "Subject: News\r\nMessage-ID: <1@x>\r\n",
    at: new Date(0),
  });

const stateOf = async (campaignId: number) =>
  (await db.select().from(deliveries).where(eq(deliveries.campaignId, campaignId)))[0]!;
const standing = (key: string) =>
  db.select().from(suppressions).where(eq(suppressions.addressKey, key.toLowerCase()));
const countOf = async (campaignId: number, state: string) =>
  (
    await db
      .select()
      .from(rollups)
      .where(and(eq(rollups.campaignId, campaignId), eq(rollups.state, state)))
  ).reduce((n, row) => n + row.n, 0);

describe("the inbound listener", () => {
  test("refuses every address that it did not make, before the message", async () => {
    const { returnPath } = await accepted();
    const forged = returnPath.replace(/^b\+(.)/, (_, letter) => `b+${letter === "a" ? "b" : "a"}`);
    for (const to of ["postmaster@bounces.example", "ann@a.example", "b+@x.example", forged]) {
      await expect(send(to, "Subject: x\r\n\r\nx")).rejects.toThrow("550");
    }
  });

  test("a DSN about a dead address ends the delivery and suppresses, once, whatever the case of the return path", async () => {
    const { campaign, address, returnPath, senderDomainId } = await accepted();
    const to = returnPath.toUpperCase();
    const raw = dsn(returnPath, address, "5.1.1", "550 5.1.1 User unknown");
    expect(await send(to, raw)).toContain("250");
    await send(to, raw);
    expect(await takeAll(to)).toBe(1);
    expect(await stateOf(campaign.id)).toMatchObject({ state: "b", code: 550, enhanced: "5.1.1" });
    expect([await countOf(campaign.id, "a"), await countOf(campaign.id, "b")]).toEqual([0, 1]);
    expect(await db.select().from(attempts).where(eq(attempts.campaignId, campaign.id))).toHaveLength(1);
    expect(await standing(address)).toMatchObject([
      { reason: "recipient-dead", workspaceId: null, evidence: { source: "dsn" } },
    ]);
    const hours = await db
      .select()
      .from(deliveryHours)
      .where(eq(deliveryHours.senderDomainId, senderDomainId));
    expect(hours).toMatchObject([{ bounced: 1, sourceId: SOURCE, bucket: BUCKET }]);
  });

  test("a DSN about our reputation ends the delivery and suppresses nobody; a delay and an auto-reply change nothing", async () => {
    const blocked = await accepted();
    await send(
      blocked.returnPath,
      dsn(
        blocked.returnPath,
        blocked.address,
        "5.7.1",
        "550 5.7.1 Service unavailable, client host blocked using Spamhaus",
      ),
    );
    await takeAll(blocked.returnPath);
    expect((await stateOf(blocked.campaign.id)).state).toBe("b");
    expect(await standing(blocked.address)).toEqual([]);
    const away = await accepted();
    await send(
      away.returnPath,
      "From: ann@a.example\r\nSubject: Automatic reply: away\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.",
    );
    await send(
      away.returnPath,
      dsn(away.returnPath, away.address, "4.4.1", "Connection timed out").replace(
        "Action: failed",
        "Action: delayed",
      ),
    );
    expect(await takeAll(away.returnPath)).toBe(2);
    expect((await stateOf(away.campaign.id)).state).toBe("a");
    expect(await standing(away.address)).toEqual([]);
  });

  test("a complaint suppresses for the workspace, leaves the lists and is counted once", async () => {
    const { workspace, address, returnPath, person, list, senderDomainId } = await accepted();
    await send(
      returnPath,
      composeArf({
        host: "feedback.example",
        to: returnPath,
        sourceIp: "127.0.0.9",
        recipient: address,
        returnPath,
        original: "Subject: News\r\n\r\n",
        reportedDomain: "x.example",
        at: new Date(0),
      }),
    );
    await takeAll(returnPath);
    expect(await standing(address)).toMatchObject([{ reason: "complaint", workspaceId: workspace.id }]);
    const [subscription] = await db
      .select()
      .from(subscriptions)
      .where(and(eq(subscriptions.subscriberId, person.id), eq(subscriptions.listId, list.id)));
    expect(subscription?.status).toBe("unsubscribed");
    const hours = await db
      .select()
      .from(deliveryHours)
      .where(eq(deliveryHours.senderDomainId, senderDomainId));
    expect(hours).toMatchObject([{ complained: 1 }]);
  });

  test("a mail to the unsubscribe address takes the person off the campaign's lists", async () => {
    const { leave, person, list } = await accepted();
    await send(leave, "From: ann@a.example\r\nSubject: unsubscribe\r\n\r\n");
    await takeAll(leave);
    const [subscription] = await db
      .select()
      .from(subscriptions)
      .where(and(eq(subscriptions.subscriberId, person.id), eq(subscriptions.listId, list.id)));
    expect(subscription?.status).toBe("unsubscribed");
    expect(
      await db.select().from(consentEvents).where(eq(consentEvents.subscriberId, person.id)),
    ).toMatchObject([{ source: "Unsubscribe mail" }]);
  });
});
