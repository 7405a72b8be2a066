import { eq, sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { EMPTY_AUDIENCE } from "#core/campaign/types.ts";
import { equation } from "#core/ledger/equation.ts";
import { campaigns, claims } from "#db/schema/index.ts";
import { testDatabase } from "#db/testing/database.ts";
import {
  makeCampaign,
  makeList,
  makeSender,
  makeSource,
  makeSubscriber,
  makeWorkspace,
  systemCtx,
} from "#db/testing/factories.ts";
import { closeCampaignTask } from "./close-campaign.ts";
import { launchCampaignTask } from "./launch-campaign.ts";
import { reconcileLedgerTask } from "./reconcile-ledger.ts";
import { sweepCampaignsTask } from "./sweep-campaigns.ts";

const { db } = await testDatabase();

it("launches, expires and closes a campaign by its jobs, and comes again while a lane holds some of it", async () => {
  await makeSource(db);
  const workspace = await makeWorkspace(db);
  const sender = await makeSender(db, workspace.id);
  const list = await makeList(db, workspace.id);
  for (let i = 0; i < 3; i++) await makeSubscriber(db, workspace.id, { listId: list.id });
  const { id } = await makeCampaign(db, workspace.id, {
    senderId: sender.id,
    audience: { ...EMPTY_AUDIENCE, include: { lists: [list.id], segments: [] } },
    expireAfterHours: 1,
  });
  await expect(launchCampaignTask(systemCtx(db), { campaignId: "x" })).rejects.toThrow();
  await launchCampaignTask(systemCtx(db), { campaignId: id, revision: 1 });
  await launchCampaignTask(systemCtx(db), { campaignId: id, revision: 1 });
  expect(await equation(db, id)).toMatchObject({ audience: 3, ahead: 3 });

  const later = systemCtx(db, () => new Date(Date.now() + 2 * 3_600_000));
  await db.execute(sql`update streams set next_seq = 2 where campaign_id = ${id}`);
  const [claim] = await db
    .insert(claims)
    .values({ laneId: 1, epoch: 1, campaignId: id, poolId: 1, bucket: 1000, class: 5, seqs: [1] })
    .returning();
  const jobs = () =>
    db.execute<{ n: number }>(
      sql`select count(*)::int n from graphile_worker.jobs where key = ${`close:${id}`} and run_at > ${later.now().toISOString()}::timestamptz`,
    );
  await sweepCampaignsTask(later);
  await closeCampaignTask(later, { campaignId: id });
  expect((await jobs())[0]!.n).toBe(1);
  expect(await equation(db, id)).toMatchObject({ expired: 2, inFlight: 1, difference: 0 });

  await db.delete(claims).where(eq(claims.id, claim!.id));
  await closeCampaignTask(later, { campaignId: id });
  expect(await equation(db, id)).toMatchObject({ expired: 3, waiting: 0, difference: 0 });
  const [campaign] = await db.select().from(campaigns).where(eq(campaigns.id, id));
  expect(campaign).toMatchObject({ state: "finished" });
  await reconcileLedgerTask(later);
});
