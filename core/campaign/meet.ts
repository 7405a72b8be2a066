import { sql } from "drizzle-orm";
import { z } from "zod";
import { CoreError, hasRole, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { notifyLive } from "#core/platform/notify.ts";
import { BEAT_SECONDS } from "./beat.ts";
import type { CampaignState } from "./types.ts";

/** A tab that was silent for longer is gone. */
const GONE_AFTER = `${3 * BEAT_SECONDS} seconds`;

export const MeetInput = z.object({
  campaignId: z.coerce.number().int().positive().max(2_147_483_647),
  /** The tab's own number, made in the browser. */
  tab: z.string().regex(/^[\w-]{8,64}$/),
  leaving: z.boolean().default(false),
});
export type MeetInput = z.infer<typeof MeetInput>;

export type Meeting = {
  /** Other open editors of the draft; `own`: another tab of the same person. */
  others: { name: string; own: boolean; mayWrite: boolean }[];
  /** How the draft stands now. */
  state: CampaignState;
  revision: number;
};

/** Says that a tab has a draft open (or leaves it), and who else has. Tells the others where that is news. */
export function meetEditors(ctx: WorkspaceCtx, input: MeetInput): Promise<Meeting> {
  requireRole(ctx, "viewer");
  const { campaignId, tab, leaving } = MeetInput.parse(input);
  const userId = ctx.actor.kind === "user" ? ctx.actor.userId : 0;
  return withTransaction(ctx, async (tx) => {
    const [draft] = await tx.db.execute<{ state: CampaignState; revision: number }>(sql`
      select state, revision from campaigns where id = ${campaignId} and workspace_id = ${ctx.workspaceId} and kind = 'campaign'`);
    if (!draft) throw new CoreError("not-found", "There is no such campaign.");
    const gone = await tx.db.execute(sql`
      delete from campaign_editors where campaign_id = ${campaignId}
        and (seen_at < now() - ${GONE_AFTER}::interval or (${leaving} and tab = ${tab} and user_id = ${userId})) returning tab`);
    let isNews = gone.length > 0;
    if (!leaving) {
      const [met] = await tx.db.execute<{ fresh: boolean }>(sql`
        insert into campaign_editors (campaign_id, tab, user_id, may_write)
        values (${campaignId}, ${tab}, ${userId}, ${hasRole(ctx.role, "marketer")})
        on conflict (campaign_id, tab) do update set seen_at = now() where campaign_editors.user_id = excluded.user_id
        returning xmax = 0 as fresh`);
      isNews ||= met?.fresh === true;
    }
    if (isNews) await notifyLive(tx.db, `campaign:${campaignId}`);
    const others = await tx.db.execute<Meeting["others"][number]>(sql`
      select u.name, bool_and(e.user_id = ${userId}) as own, bool_or(e.may_write) as "mayWrite"
      from campaign_editors e join users u on u.id = e.user_id
      where e.campaign_id = ${campaignId} and e.tab <> ${tab} group by u.id, u.name order by min(e.seen_at) limit 20`);
    return { ...draft, others: [...others] };
  });
}
