import { sql } from "drizzle-orm";
import type { WorkspaceCtx } from "#core/platform/context.ts";

export type ConsentEvent = {
  id: number;
  at: Date;
  kind: string;
  source: string;
  wording: string | null;
  ip: string | null;
  /** Said by a link or a mail of this campaign. */
  here: boolean;
};

/** What a person agreed to, or took back, for a list; without one for all, and what they said by this campaign's mail. */
export async function readConsent(
  ctx: WorkspaceCtx,
  of: { subscriberId: number; listId: number | null; campaignId: number },
): Promise<ConsentEvent[]> {
  const rows = await ctx.db.execute<Record<string, unknown>>(sql`
    select id, at, kind, source, wording, host(ip) as ip, campaign_id is not distinct from ${of.campaignId} as here from consent_events
    where subscriber_id = ${of.subscriberId} and workspace_id = ${ctx.workspaceId}
      and (list_id is null or campaign_id = ${of.campaignId} or ${of.listId}::int is null or list_id = ${of.listId}::int)
    order by id desc limit 20`);
  return rows
    .map((row) => ({
      id: Number(row.id),
      at: new Date(String(row.at)),
      kind: String(row.kind),
      source: String(row.source),
      wording: row.wording === null ? null : String(row.wording),
      ip: row.ip === null ? null : String(row.ip),
      here: Boolean(row.here),
    }))
    .reverse();
}
