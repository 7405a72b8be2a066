import { and, eq, isNull } from "drizzle-orm";
import { campaigns, deliveries, reports, subscribers, suppressions } from "#db/schema/index.ts";
import { linkKeys } from "../mail/link-keys.ts";
import { type PathPayload, readReturnPath, readUnsubscribeLocal } from "../mail/links.ts";
import { VERDICTS } from "../mail/reply/types.ts";
import { parseReport } from "../mail/report/parse.ts";
import type { Report, ReportRecipient } from "../mail/report/types.ts";
import type { Ctx } from "../platform/context.ts";
import { notifyLive } from "../platform/notify.ts";
import { leaveLists } from "../subscription/change.ts";
import { bounceDelivery, countComplaint } from "./settle-late.ts";

/**
 * Reads a kept report and does what it says, once: a bounce ends its delivery, a dead address or a complaint is
 * suppressed in the same transaction, an unsubscribe mail takes the person off the campaign's lists. Auto-replies,
 * delays and what cannot be matched are kept and change nothing.
 */
export async function takeReport(ctx: Ctx, input: { reportId: number }): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .select()
      .from(reports)
      .where(and(eq(reports.id, input.reportId), isNull(reports.takenAt)))
      .for("update");
    if (!row) return;
    const inside = { ...ctx, db: tx };
    const keys = linkKeys(ctx.settings.secret);
    const local = row.rcptTo.slice(0, row.rcptTo.lastIndexOf("@"));
    const leaving = readUnsubscribeLocal(keys, local);
    const report = parseReport(row.raw);
    const about =
      leaving ??
      readReturnPath(keys, local) ??
      (report.returnPathToken ? readReturnPath(keys, `b+${report.returnPathToken}`) : null);
    const done = !about
      ? { summary: "It names no mail of ours.", verdict: null }
      : leaving
        ? await takeUnsubscribe(inside, leaving)
        : await takeAbout(inside, about, report);
    await tx
      .update(reports)
      .set({
        kind: leaving ? "unsubscribe" : report.kind,
        campaignId: about?.campaign ?? null,
        seq: about?.seq ?? null,
        verdict: done.verdict,
        summary: done.summary.slice(0, 500),
        takenAt: ctx.now(),
      })
      .where(eq(reports.id, row.id));
    if (about) await notifyLive(tx, `campaign:${about.campaign}`);
  });
}

type Done = { summary: string; verdict: number | null };

async function takeAbout(ctx: Ctx, about: PathPayload, report: Report): Promise<Done> {
  if (report.kind === "complaint") return takeComplaint(ctx, about, report);
  if (report.kind === "unsubscribe") return takeUnsubscribe(ctx, about);
  const failed = report.kind === "bounce" ? report.recipients.find(isFailed) : undefined;
  if (!failed) return { summary: `${report.kind}: nothing changes.`, verdict: null };
  return takeBounce(ctx, about, failed);
}

const isFailed = (recipient: ReportRecipient): boolean =>
  recipient.action === "failed" || recipient.action === null;

async function takeBounce(ctx: Ctx, about: PathPayload, failed: ReportRecipient): Promise<Done> {
  const verdict = failed.verdict ? VERDICTS.indexOf(failed.verdict) : null;
  const bounced = await bounceDelivery(ctx, about, {
    code: failed.code || null,
    enhanced: failed.status,
    reply: failed.diagnostic,
    verdict,
  });
  if (failed.suppress && bounced) {
    // Our own ledger says whom this mail went to; the address in the report may be forged or an alias behind it.
    await ctx.db
      .insert(suppressions)
      .values({
        workspaceId: null,
        ...bounced,
        reason: "recipient-dead",
        evidence: {
          source: "dsn",
          reply: failed.diagnostic,
          ...(failed.status && { enhanced: failed.status }),
        },
        campaignId: about.campaign,
        seq: about.seq,
      })
      .onConflictDoNothing();
  }
  return { summary: failed.diagnostic, verdict };
}

async function takeComplaint(ctx: Ctx, about: PathPayload, report: Report): Promise<Done> {
  const summary = `Complaint${report.feedbackType ? ` (${report.feedbackType})` : ""}`;
  const [delivery] = await ctx.db
    .select({ address: deliveries.address })
    .from(deliveries)
    .where(and(eq(deliveries.campaignId, about.campaign), eq(deliveries.seq, about.seq)));
  const [person] = about.subscriber
    ? await ctx.db
        .select({ address: subscribers.address, addressKey: subscribers.addressKey })
        .from(subscribers)
        .where(and(eq(subscribers.id, about.subscriber), eq(subscribers.workspaceId, about.workspace)))
    : [];
  const address = person?.address ?? delivery?.address;
  if (!address)
    return { summary: `${summary} about a mail that is not in the ledger any more.`, verdict: null };
  const added = await ctx.db
    .insert(suppressions)
    .values({
      workspaceId: about.workspace,
      address,
      addressKey: person?.addressKey ?? address.toLowerCase(),
      reason: "complaint",
      evidence: { source: "arf", note: summary },
      campaignId: about.campaign,
      seq: about.seq,
    })
    .onConflictDoNothing()
    .returning({ id: suppressions.id });
  if (about.subscriber) {
    await leaveLists(
      ctx,
      {
        workspaceId: about.workspace,
        subscriberId: about.subscriber,
        source: "Complaint",
        campaignId: about.campaign,
        seq: about.seq,
      },
      "all",
    );
  }
  if (added.length > 0) await countComplaint(ctx, about);
  return { summary, verdict: null };
}

/** A mail to the unsubscribe address: off the lists that the campaign was for. */
async function takeUnsubscribe(ctx: Ctx, about: PathPayload): Promise<Done> {
  if (!about.subscriber)
    return { summary: "Unsubscribe mail about a mail that had no subscriber.", verdict: null };
  const [campaign] = await ctx.db
    .select({ audience: campaigns.audience })
    .from(campaigns)
    .where(and(eq(campaigns.id, about.campaign), eq(campaigns.workspaceId, about.workspace)));
  const lists = campaign?.audience.include.lists ?? [];
  const segmentsOnly = lists.length === 0 || (campaign?.audience.include.segments.length ?? 0) > 0;
  const left = await leaveLists(
    ctx,
    {
      workspaceId: about.workspace,
      subscriberId: about.subscriber,
      source: "Unsubscribe mail",
      campaignId: about.campaign,
      seq: about.seq,
    },
    segmentsOnly ? "all" : lists,
  );
  return {
    summary: left.length > 0 ? "Unsubscribed by mail." : "Unsubscribe mail; the person had left already.",
    verdict: null,
  };
}
