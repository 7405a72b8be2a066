import { and, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import { noteDomainsOf } from "#core/domain/note.ts";
import { recordAudit } from "#core/platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { enqueue } from "#core/platform/jobs.ts";
import { campaigns } from "#db/schema/index.ts";
import { countAudience } from "./count-audience.ts";
import { count, recordCampaignEvent } from "./event.ts";
import { hasMoved } from "./has-moved.ts";
import { launchProblems } from "./launch-problems.ts";
import { readCampaignParts } from "./message-source.ts";
import { readUsualAudience } from "./read-usual.ts";

const YEAR_MS = 366 * 86_400_000;

export const ScheduleCampaignInput = z.object({
  campaignId: z.coerce.number().int().positive(),
  /** What the page was made from; an edit in between is refused. */
  revision: z.coerce.number().int().positive(),
  /** Absent: now, less the seconds in which it can be taken back. */
  at: z.iso.datetime({ offset: true }).optional(),
  /** The count on the page. */
  expectedAudience: z.coerce.number().int().nonnegative(),
  /** The count typed by hand, where the workspace asks for it. */
  typedNumber: z.coerce.number().int().nonnegative().optional(),
});
export type ScheduleCampaignInput = z.infer<typeof ScheduleCampaignInput>;

/**
 * Sends a campaign: now (it can still be taken back for some seconds) or at a time. The audience is frozen then, not
 * here. Also moves a scheduled campaign to another time. Refuses what the launch would refuse, as far as it is known.
 */
export function scheduleCampaign(
  ctx: WorkspaceCtx,
  input: ScheduleCampaignInput,
): Promise<Result<{ scheduledAt: string }>> {
  requireRole(ctx, "marketer");
  const { campaignId, revision, at, expectedAudience, typedNumber } = ScheduleCampaignInput.parse(input);
  return withTransaction(ctx, async (tx) => {
    const parts = await readCampaignParts(tx.db, campaignId);
    if (!parts || parts.workspace.id !== ctx.workspaceId || parts.campaign.kind !== "campaign") {
      return refuse("There is no such campaign.");
    }
    const now = ctx.now();
    const isNow = at === undefined;
    const scheduledAt = isNow
      ? new Date(now.getTime() + parts.workspace.takeBackSeconds * 1_000)
      : new Date(at);
    if (!isNow && scheduledAt <= now) return refuse("This time is over.", { at: "Choose a time to come." });
    if (scheduledAt.getTime() > now.getTime() + YEAR_MS) {
      return refuse("This is more than a year ahead.", { at: "Choose a time within a year." });
    }
    const problems = await launchProblems(tx.db, parts, ctx.settings.appUrl);
    if (problems.length > 0) return refuse(problems.join(" "));
    const limit = parts.workspace.typeNumberAbove;
    const usual = await readUsualAudience(tx);
    const isMany =
      (limit !== null && expectedAudience > limit) || (usual !== null && expectedAudience > 3 * usual);
    if (isMany && typedNumber !== expectedAudience) {
      return refuse(`Type ${count(expectedAudience)} to send to so many.`, {
        typedNumber: `This is not ${count(expectedAudience)}.`,
      });
    }
    if (isNow) {
      const { audience } = await countAudience(tx, { audience: parts.campaign.audience });
      if (hasMoved(expectedAudience, audience)) {
        return refuse(
          `The audience is ${count(audience)} now; it was ${count(expectedAudience)} on the page. Look again before sending.`,
        );
      }
    }
    const [done] = await tx.db
      .update(campaigns)
      .set({
        state: "scheduled",
        scheduledAt,
        scheduledBy: ctx.actor.kind === "user" ? ctx.actor.userId : null,
        expectedAudience: isNow ? expectedAudience : null,
        typedAudience: typedNumber === expectedAudience ? typedNumber : null,
        launchRefusal: null,
        updatedAt: now,
      })
      .where(
        and(
          eq(campaigns.id, campaignId),
          eq(campaigns.workspaceId, ctx.workspaceId),
          eq(campaigns.revision, revision),
          inArray(campaigns.state, ["draft", "scheduled"]),
        ),
      )
      .returning({ name: campaigns.name });
    if (!done) return refuse("The campaign was changed or started in the meantime. Look at it again.");
    await enqueue(
      tx.db,
      "launch-campaign",
      { campaignId, revision },
      { key: launchKey(campaignId), runAt: scheduledAt },
    );
    await noteDomainsOf(tx.db, ctx.workspaceId);
    const when = `${scheduledAt.toISOString().slice(0, 16).replace("T", " ")} UTC`;
    await recordCampaignEvent(
      tx,
      campaignId,
      "scheduled",
      isNow ? `Sent, to start in ${parts.workspace.takeBackSeconds} s.` : `Scheduled for ${when}.`,
    );
    await recordAudit(tx, {
      workspaceId: ctx.workspaceId,
      action: "campaign.schedule",
      target: done.name,
      details: { campaignId, at: scheduledAt.toISOString(), expectedAudience },
    });
    return { ok: true, scheduledAt: scheduledAt.toISOString() };
  });
}

/** The job that freezes and starts this campaign. */
export const launchKey = (campaignId: number): string => `launch:${campaignId}`;
