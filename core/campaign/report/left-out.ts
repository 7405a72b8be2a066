import { sql } from "drizzle-orm";
import type { ExclusionReason } from "#core/campaign/types.ts";
import { CoreError, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { csvLine } from "#core/platform/csv.ts";
import type { SuppressionReason } from "#core/suppression/types.ts";
import { type ConsentEvent, readConsent } from "./consent.ts";

export type LeftOut = { reason: ExclusionReason; n: number };
export type LeftOutRow = { subscriberId: number; address: string; reason: ExclusionReason; value: string };

/** Who was left out at the freeze, by reason. */
export async function countLeftOut(ctx: WorkspaceCtx, campaignId: number): Promise<LeftOut[]> {
  requireRole(ctx, "viewer");
  const rows = await ctx.db.execute<LeftOut>(sql`
    select x.reason, count(*)::int as n from exclusions x join campaigns c on c.id = x.campaign_id and c.workspace_id = ${ctx.workspaceId}
    where x.campaign_id = ${campaignId} group by 1 order by 2 desc`);
  return [...rows];
}

/** People left out, `limit` (50) a page, in order of joining. */
export async function listLeftOut(
  ctx: WorkspaceCtx,
  campaignId: number,
  page: { reason: ExclusionReason | null; after: number; limit?: number },
): Promise<{ rows: LeftOutRow[]; next: number | null }> {
  requireRole(ctx, "viewer");
  const limit = page.limit ?? 50;
  const rows = await ctx.db.execute<{
    subscriber_id: number;
    address: string;
    reason: ExclusionReason;
    value: string;
  }>(sql`
    select x.subscriber_id, s.address, x.reason, x.value from exclusions x
    join campaigns c on c.id = x.campaign_id and c.workspace_id = ${ctx.workspaceId} join subscribers s on s.id = x.subscriber_id
    where x.campaign_id = ${campaignId} ${page.reason ? sql`and x.reason = ${page.reason}` : sql``} and x.subscriber_id > ${page.after}
    order by x.subscriber_id limit ${limit + 1}`);
  const shown = rows.slice(0, limit).map((row) => ({
    subscriberId: Number(row.subscriber_id),
    address: row.address,
    reason: row.reason,
    value: row.value,
  }));
  return { rows: shown, next: rows.length > limit ? (shown.at(-1)?.subscriberId ?? null) : null };
}

/** The people left out, as CSV, a page at a time. */
export async function* exportLeftOut(
  ctx: WorkspaceCtx,
  campaignId: number,
  reason: ExclusionReason | null,
): AsyncGenerator<string> {
  requireRole(ctx, "viewer");
  yield csvLine(["address", "reason", "value"]);
  for (let after: number | null = 0; after !== null; ) {
    const page: Awaited<ReturnType<typeof listLeftOut>> = await listLeftOut(ctx, campaignId, {
      reason,
      after,
      limit: 2_000,
    });
    for (const row of page.rows) yield csvLine([row.address, row.reason, row.value]);
    after = page.next;
  }
}

export type AbsenceTrace = {
  subscriberId: number;
  address: string;
  joinedAt: Date;
  launchedAt: Date | null;
  /** Null: not even a candidate, so neither on an included list nor matched by an included segment. */
  reason: ExclusionReason | null;
  /** What it was then: the list, the segment, the suppression. */
  value: string;
  consent: ConsentEvent[];
};

/** Why a person of the workspace is not in a launched campaign's audience. Throws not-found for strangers and recipients. */
export async function readAbsence(
  ctx: WorkspaceCtx,
  campaignId: number,
  subscriberId: number,
): Promise<AbsenceTrace> {
  requireRole(ctx, "viewer");
  const [row] = Number.isSafeInteger(subscriberId)
    ? await ctx.db.execute<Record<string, unknown>>(sql`
        select s.address, s.created_at, c.launched_at, x.reason, x.value from campaigns c
        join subscribers s on s.id = ${subscriberId} and s.workspace_id = c.workspace_id
        left join exclusions x on x.campaign_id = c.id and x.subscriber_id = s.id
        where c.id = ${campaignId} and c.workspace_id = ${ctx.workspaceId} and c.kind = 'campaign' and c.launched_at is not null
          and not exists (select from deliveries d where d.campaign_id = c.id and d.subscriber_id = s.id)`)
    : [];
  if (!row) throw new CoreError("not-found", "There is no such person beside this audience.");
  return {
    subscriberId,
    address: String(row.address) || "erased",
    joinedAt: new Date(String(row.created_at)),
    launchedAt: row.launched_at ? new Date(String(row.launched_at)) : null,
    reason: (row.reason as ExclusionReason | null) ?? null,
    value: String(row.value ?? ""),
    consent: await readConsent(ctx, { subscriberId, listId: null, campaignId }),
  };
}

const SUPPRESSED_BECAUSE: Record<SuppressionReason, string> = {
  "recipient-dead": ", since mail to it bounced for good",
  complaint: ", since the person complained about mail",
  unsubscribed: ", since the person wants no mail at all",
  manual: " by hand",
  imported: " by an imported list",
};

/** Why somebody did not get it, in a sentence. */
export function explainAbsence(trace: AbsenceTrace): string {
  const value = trace.value;
  switch (trace.reason) {
    case "suppressed":
      return `Left out: the address was suppressed${SUPPRESSED_BECAUSE[value as SuppressionReason] ?? ""}.`;
    case "excluded-list":
      return `Left out: on the list ${value || "that was left out"}, which this campaign leaves out.`;
    case "excluded-segment":
      return `Left out: in the segment ${value || "that was left out"}, which this campaign leaves out.`;
    case "unsubscribed":
      return `Left out: unsubscribed${value ? ` from ${value}` : ""} before the launch.`;
    case "not-confirmed":
      return `Left out: never confirmed${value ? ` the subscription to ${value}` : ""}.`;
    case "no-subscription":
      return "Left out: on no list of this workspace, so there was no consent.";
    default:
      return trace.launchedAt && trace.joinedAt > trace.launchedAt
        ? "Not asked for: this person joined after the audience was frozen."
        : "Not asked for: on none of the lists and in none of the segments of this campaign when it started.";
  }
}
