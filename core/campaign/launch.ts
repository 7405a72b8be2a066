import { and, eq, inArray, sql } from "drizzle-orm";
import { wakeLanes } from "#core/delivery/wake-lanes.ts";
import { compileMessage } from "#core/mail/message/compile.ts";
import { type Ctx, type Result, refuse } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { notifyLive } from "#core/platform/notify.ts";
import { campaignLinks, campaigns } from "#db/schema/index.ts";
import { readAudience } from "./audience-sql.ts";
import { count, recordCampaignEvent } from "./event.ts";
import { gatherAudience, writeLedger } from "./freeze.ts";
import { hasMoved, MAY_MOVE } from "./has-moved.ts";
import { launchProblems } from "./launch-problems.ts";
import { type CampaignParts, campaignMessageSource, readCampaignParts } from "./message-source.ts";

const HOUR_MS = 3_600_000;

/**
 * Freezes a campaign's audience into the ledger and starts it, in one transaction: a campaign has its whole ledger or
 * none. Runs as a job. A second run, or one for a revision that was edited since, does nothing. What keeps it from
 * starting sends it back to draft, with the reason on its review page.
 */
export async function launchCampaign(
  ctx: Ctx,
  input: { campaignId: number; revision: number },
): Promise<Result<{ audience: number; candidates: number }>> {
  // Apart from the rest: attaching a partition must not wait for a freeze to end, nor the other way round.
  await ctx.db.execute(sql`select ledger_partition_for(${input.campaignId})`);
  return withTransaction(ctx, async (tx) => {
    const now = ctx.now();
    const [taken] = await tx.db
      .update(campaigns)
      .set({ state: "sending", launchedAt: now, launchRefusal: null, updatedAt: now })
      .where(
        and(
          eq(campaigns.id, input.campaignId),
          eq(campaigns.revision, input.revision),
          eq(campaigns.kind, "campaign"),
          inArray(campaigns.state, ["scheduled", "draft"]),
        ),
      )
      .returning({ id: campaigns.id });
    if (!taken) return refuse("The campaign was started, taken back or changed in the meantime.");
    const parts = await readCampaignParts(tx.db, input.campaignId);
    if (!parts) throw new Error(`campaign ${input.campaignId} vanished inside its own transaction`);
    return freeze(tx, parts, now);
  });
}

async function freeze(ctx: Ctx, parts: CampaignParts, now: Date) {
  const { campaign, senderDomain } = parts;
  const problems = await launchProblems(ctx.db, parts, ctx.settings.appUrl);
  if (problems.length > 0 || !senderDomain) return backToDraft(ctx, campaign.id, problems.join(" "));
  const audience = await readAudience(ctx.db, campaign.workspaceId, campaign.audience, now);
  const found = await gatherAudience(ctx.db, audience);
  const doubt = doubtAbout(parts, found.audience);
  if (doubt) return backToDraft(ctx, campaign.id, doubt);

  const expiresAt = new Date(now.getTime() + campaign.expireAfterHours * HOUR_MS);
  const ledger = await writeLedger(ctx.db, { ...campaign, senderDomainId: senderDomain.id, expiresAt }, now);
  if (ledger.written !== found.audience || ledger.written !== found.candidates - ledger.excluded) {
    throw new Error(
      `freeze of campaign ${campaign.id}: ${ledger.written} rows from ${found.candidates} candidates less ${ledger.excluded} exclusions`,
    );
  }
  const { links } = compileMessage(campaignMessageSource(parts, ctx.settings.appUrl));
  if (links.length > 0) {
    await ctx.db.insert(campaignLinks).values(links.map((url, n) => ({ campaignId: campaign.id, n, url })));
  }
  await ctx.db
    .update(campaigns)
    .set({ candidates: found.candidates, audienceSize: ledger.written, expiresAt })
    .where(eq(campaigns.id, campaign.id));
  await recordCampaignEvent(
    ctx,
    campaign.id,
    "frozen",
    ledger.excluded === 0
      ? `Audience frozen: ${count(ledger.written)}. Nobody is left out.`
      : `Audience frozen: ${count(ledger.written)} of ${count(found.candidates)}. ${count(ledger.excluded)} ${ledger.excluded === 1 ? "is" : "are"} left out.`,
  );
  await wakeLanes(ctx.db);
  await notifyLive(ctx.db, `workspace:${campaign.workspaceId}`);
  return { ok: true as const, audience: ledger.written, candidates: found.candidates };
}

/** Why this audience should be looked at by a person first; null where it may go. */
function doubtAbout({ campaign, workspace }: CampaignParts, audience: number): string | null {
  if (audience === 0) return "Nobody would get this campaign: the audience is empty.";
  const expected = campaign.expectedAudience;
  if (expected !== null && hasMoved(expected, audience)) {
    return `The audience is ${count(audience)} now; it was ${count(expected)} when it was sent. Look again before sending.`;
  }
  const limit = workspace.typeNumberAbove;
  const typed = campaign.typedAudience;
  if (limit !== null && audience > limit && (typed === null || audience > typed * (1 + MAY_MOVE))) {
    return `The audience is ${count(audience)}. Above ${count(limit)}, this workspace asks for the number to be typed.`;
  }
  return null;
}

async function backToDraft(ctx: Ctx, campaignId: number, reason: string) {
  await ctx.db
    .update(campaigns)
    .set({
      state: "draft",
      launchedAt: null,
      scheduledAt: null,
      expectedAudience: null,
      typedAudience: null,
      launchRefusal: reason,
    })
    .where(eq(campaigns.id, campaignId));
  await recordCampaignEvent(ctx, campaignId, "refused", `Not started. ${reason}`);
  return refuse(reason);
}
