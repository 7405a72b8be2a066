import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { equation } from "#core/ledger/equation.ts";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { reconcileCampaign } from "#core/ledger/reconcile.ts";
import { VERDICTS } from "#core/mail/reply/types.ts";
import { campaignEvents, campaigns } from "#db/schema/index.ts";
import { testDatabase } from "#db/testing/database.ts";
import {
  makeCampaign,
  makeList,
  makeSender,
  makeSource,
  makeSubscriber,
  makeWorkspace,
  systemCtx,
  workspaceCtx,
} from "#db/testing/factories.ts";
import { bounceDelivery } from "../report/settle-late.ts";
import { finishCampaigns } from "./finish.ts";
import { launchCampaign } from "./launch.ts";
import { countRetryable, type RetryRecipientsInput, retryRecipients } from "./retry.ts";
import { EMPTY_AUDIENCE } from "./types.ts";

const { db } = await testDatabase();
await makeSource(db);

/** A finished campaign: one recipient a state, and what was concluded. */
async function finished(ends: readonly (readonly [string, (typeof VERDICTS)[number] | null])[]) {
  const workspace = await makeWorkspace(db);
  const sender = await makeSender(db, workspace.id);
  const list = await makeList(db, workspace.id);
  for (const _ of ends) await makeSubscriber(db, workspace.id, { listId: list.id });
  const { id } = await makeCampaign(db, workspace.id, {
    senderId: sender.id,
    expireAfterHours: 5,
    audience: { ...EMPTY_AUDIENCE, include: { lists: [list.id], segments: [] } },
  });
  expect(await launchCampaign(systemCtx(db), { campaignId: id, revision: 1 })).toMatchObject({ ok: true });
  for (const [index, [state, verdict]] of ends.entries()) {
    await db.execute(sql`update deliveries set state = ${state}::"char", attempts = 2, first_at = now() - interval '4 days',
      settled_at = now(), verdict = ${verdict === null ? null : VERDICTS.indexOf(verdict)} where campaign_id = ${id} and seq = ${index + 1}`);
  }
  await db.execute(sql`update streams set next_seq = last_seq + 1 where campaign_id = ${id}`);
  await db.execute(sql`delete from rollups where campaign_id = ${id}`);
  await db.execute(sql`insert into rollups (campaign_id, bucket, source_id, state, n)
    select d.campaign_id, s.bucket, 1, d.state, count(*) from deliveries d join streams s on s.campaign_id = d.campaign_id
      and d.seq between s.first_seq and s.last_seq where d.campaign_id = ${id} group by 1, 2, 4`);
  await db
    .update(campaigns)
    .set({ expiresAt: new Date(Date.now() - 1_000) })
    .where(eq(campaigns.id, id));
  await finishCampaigns(db);
  const retry = (input: Partial<RetryRecipientsInput> & Pick<RetryRecipientsInput, "state" | "expected">) =>
    retryRecipients(ctx, { campaignId: id, ...input } as RetryRecipientsInput);
  const ctx = workspaceCtx(db, workspace.id, { role: "marketer" });
  return { id, ctx, retry };
}

const rowOf = async (id: number) => (await db.select().from(campaigns).where(eq(campaigns.id, id)))[0]!;
const ENDS = [
  ["a", null],
  ["b", "blocked"],
  ["b", "mailbox-full"],
  ["b", "recipient-dead"],
  ["b", "dns"],
  ["e", "temporary"],
  ["x", null],
  ["s", null],
] as const;

describe("retryRecipients", () => {
  it("lets those wait again who match and may change, in a ledger that adds up, and sends as long as at the launch", async () => {
    const { id, ctx, retry } = await finished(ENDS);
    expect((await rowOf(id)).state).toBe("finished");
    expect(await countRetryable(ctx, id, { state: "bounced" })).toBe(2);
    expect(await retry({ state: "bounced", expected: 2 })).toEqual({ ok: true, retried: 2 });
    expect(await equation(db, id)).toMatchObject({
      accepted: 1,
      bounced: 2,
      expired: 1,
      uncertain: 1,
      suppressed: 1,
      waiting: 2,
      deferred: 2,
      inFlight: 0,
      difference: 0,
    });
    expect(await ledgerInvariant(db, id)).toMatchObject({ ok: true, open: 2, due: 2 });
    expect(await reconcileCampaign(db, id)).toEqual({ ok: true, differences: [] });
    const { state, finishedAt, expiresAt } = await rowOf(id);
    expect({ state, finishedAt }).toEqual({ state: "sending", finishedAt: null });
    expect(expiresAt!.getTime()).toBeGreaterThan(Date.now() + 4.9 * 3_600_000);
    const rows = await db.execute(
      sql`select seq, attempts, first_at from deliveries where campaign_id = ${id} and state = 'w' order by seq`,
    );
    expect(rows).toMatchObject([
      { seq: 2, attempts: 2, first_at: null },
      { seq: 3, attempts: 2, first_at: null },
    ]);
    expect(await db.execute(sql`select from graphile_worker.jobs where key like 'lane:%'`)).not.toEqual([]);
    const events = await db.select().from(campaignEvents).where(eq(campaignEvents.campaignId, id));
    expect(events.at(-1)).toMatchObject({
      kind: "retried",
      sentence: "Tried again: 2 recipients who had bounced.",
    });
    // Sending again, so a second press finds nothing to do.
    expect(await retry({ state: "bounced", expected: 2 })).toMatchObject({ ok: false });
  });

  it("leaves alone whom a report of a bounce speaks of this very moment", async () => {
    const { id, retry } = await finished([
      ["x", null],
      ["x", null],
    ]);
    let retried: ReturnType<typeof retry> | undefined;
    await db.transaction(async (tx) => {
      const about = { campaign: id, seq: 1 } as Parameters<typeof bounceDelivery>[1];
      const reply = { code: 550, enhanced: "5.1.1", reply: "no such user", verdict: null };
      await bounceDelivery(systemCtx(tx), about, reply);
      retried = retry({ state: "uncertain", expected: 2 });
      await expect
        .poll(async () => {
          const waiting = await db.execute(sql`select 1 from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`);
          return waiting.length;
        })
        .toBe(1);
    });
    expect(await retried).toEqual({ ok: true, retried: 1 });
    expect(await equation(db, id)).toMatchObject({ bounced: 1, waiting: 1, uncertain: 0, difference: 0 });
    expect(await reconcileCampaign(db, id)).toEqual({ ok: true, differences: [] });
    expect(await ledgerInvariant(db, id)).toMatchObject({ ok: true, open: 1, due: 1 });
  });

  it("takes the page's filter along, and refuses another number than the page showed", async () => {
    const { id, ctx, retry } = await finished(ENDS);
    expect(await countRetryable(ctx, id, { state: "bounced", verdict: "blocked" })).toBe(1);
    expect(await retry({ state: "bounced", verdict: "blocked", expected: 2 })).toMatchObject({
      ok: false,
      reason: "It is 1 now, not 2. Look at them again.",
    });
    expect((await rowOf(id)).state).toBe("finished");
    expect(await retry({ state: "bounced", verdict: "blocked", expected: 1 })).toMatchObject({ retried: 1 });
    expect(await equation(db, id)).toMatchObject({ bounced: 3, waiting: 1, difference: 0 });
  });

  it("tries no accepted, suppressed or dead recipient, and none of a campaign that still sends or is another workspace's", async () => {
    const { id, ctx, retry } = await finished(ENDS);
    await expect(async () => retry({ state: "accepted" as "bounced", expected: 1 })).rejects.toThrow(
      /Only bounced/,
    );
    expect(await countRetryable(ctx, id, { state: "suppressed" })).toBe(0);
    expect(await countRetryable(ctx, id, { state: "bounced", verdict: "recipient-dead" })).toBe(0);
    expect(() =>
      retryRecipients({ ...ctx, role: "viewer" }, { campaignId: id, state: "expired", expected: 1 }),
    ).toThrow(/marketer/);
    const stranger = workspaceCtx(db, (await makeWorkspace(db)).id);
    expect(await countRetryable(stranger, id, { state: "expired" })).toBe(0);
    expect(await retryRecipients(stranger, { campaignId: id, state: "expired", expected: 1 })).toMatchObject({
      ok: false,
    });
    await db.update(campaigns).set({ state: "paused" }).where(eq(campaigns.id, id));
    expect(await retry({ state: "expired", expected: 1 })).toMatchObject({ ok: false });
    expect(await equation(db, id)).toMatchObject({ waiting: 0, expired: 1 });
  });
});
