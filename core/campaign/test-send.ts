import { z } from "zod";
import { parseAddress } from "#core/mail/address.ts";
import { recordAudit } from "#core/platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { takeFromBudget } from "#core/platform/rate-limit.ts";
import { withRefusals } from "#core/platform/with-refusals.ts";
import { enqueueSystemMail } from "#core/system-mail/enqueue.ts";
import { readCampaign } from "./read-draft.ts";
import { renderCampaignFor } from "./render-content.ts";

const MOST = 5;

export const SendTestInput = z.object({
  campaignId: z.coerce.number().int().positive(),
  /** Addresses apart by commas, spaces or line breaks. */
  to: z.string().max(2_000),
  subscriberId: z.coerce.number().int().positive().nullable().default(null),
});
export type SendTestInput = z.infer<typeof SendTestInput>;

/** Sends the saved draft to up to five addresses, as a chosen subscriber would get it. All of them or none. */
export async function sendTest(
  ctx: WorkspaceCtx,
  input: SendTestInput,
): Promise<Result<{ message: string; sent: string[] }>> {
  requireRole(ctx, "marketer");
  const { campaignId, to, subscriberId } = SendTestInput.parse(input);
  const typed = [...new Set(to.split(/[\s,;]+/).filter((part) => part !== ""))];
  if (typed.length === 0) return refuse("No address is given.", { to: "Give one address at least." });
  if (typed.length > MOST) return refuse("Five addresses at most.", { to: "Give five addresses at most." });
  const wrong = typed.find((one) => !parseAddress(one).ok);
  if (wrong) return refuse("An address is not right.", { to: `${wrong} is not an e-mail address.` });
  const parts = await readCampaign(ctx, { campaignId });
  if (!parts) return refuse("There is no such campaign.");
  const { campaign, sender } = parts;
  if (!sender) return refuse("Choose a sender first.");
  if (campaign.html.trim() === "" && campaign.text.trim() === "") return refuse("The mail is empty.");
  const rendered = await renderCampaignFor(ctx, parts, { subscriberId });
  if (!rendered.ok) return rendered;
  const { waitSeconds } = await takeFromBudget(ctx.db, `test:${ctx.workspaceId}`, {
    limit: 60,
    seconds: 3_600,
  });
  if (waitSeconds > 0) return refuse(`Many tests went out just now. Try again in ${waitSeconds} s.`);
  const { preview } = rendered;
  return withRefusals(ctx, async (tx): Promise<Result<{ message: string; sent: string[] }>> => {
    for (const address of typed) {
      const sent = await enqueueSystemMail(tx, {
        workspaceId: ctx.workspaceId,
        kind: "test",
        to: address,
        subject: `[Test] ${preview.subject || "(no subject)"}`,
        html: preview.html ?? "",
        text: preview.text,
        replyTo: campaign.replyTo || sender.replyTo,
        senderId: sender.id,
      });
      if (!sent.ok) return refuse(`${address}: ${sent.reason}`, { to: `${address}: ${sent.reason}` });
    }
    await recordAudit(tx, {
      workspaceId: ctx.workspaceId,
      action: "campaign.test",
      target: campaign.name,
      details: { campaignId, to: typed },
    });
    return {
      ok: true,
      sent: typed,
      message: typed.length === 1 ? `Test on its way to ${typed[0]}` : `${typed.length} tests on their way`,
    };
  });
}
