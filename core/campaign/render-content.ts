import { and, eq, isNull, sql } from "drizzle-orm";
import { LiquidError } from "liquidjs";
import { checkLiquid } from "#core/mail/liquid/check.ts";
import { renderPreview } from "#core/mail/message/preview.ts";
import type { MessagePreview } from "#core/mail/message/types.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { subscribers } from "#db/schema/index.ts";
import { type CampaignParts, campaignMessageSource } from "./message-source.ts";
import { withSomeSender } from "./run-checks.ts";

/** A campaign's content as one subscriber would get it; null: somebody of whom nothing but an address is known. */
export async function renderCampaignFor(
  ctx: WorkspaceCtx,
  parts: CampaignParts,
  input: { subscriberId: number | null },
): Promise<Result<{ preview: MessagePreview; address: string }>> {
  requireRole(ctx, "viewer");
  let person = { address: "someone@example.com", attributes: {} as Record<string, unknown> };
  if (input.subscriberId !== null) {
    const [found] = await ctx.db
      .select({ address: subscribers.address, attributes: subscribers.attributes })
      .from(subscribers)
      .where(
        and(
          eq(subscribers.id, input.subscriberId),
          eq(subscribers.workspaceId, ctx.workspaceId),
          isNull(subscribers.erasedAt),
        ),
      );
    if (!found) return refuse("There is no such subscriber.");
    person = found;
  }
  try {
    const preview = renderPreview(
      campaignMessageSource(withSomeSender(parts), ctx.settings.appUrl),
      { seq: 0, subscriberId: input.subscriberId, ...person, listId: null, listIds: [] },
      null,
    );
    return { ok: true, preview, address: person.address };
  } catch (error) {
    if (!LiquidError.is(error)) throw error;
    return refuse(`It cannot be shown. ${whereBroken(parts) ?? error.message}`);
  }
}

/** The first broken Liquid, in lines as the person sees them; the renderer counts those that it adds. */
function whereBroken({ campaign }: CampaignParts): string | null {
  for (const [place, template] of [
    ["the subject", campaign.subject],
    ["the preview text", campaign.preheader],
    ["the content", campaign.html],
  ] as const) {
    const problem = checkLiquid(template, []).find((one) => one.variable === undefined);
    if (problem) return `In ${place}, line ${problem.line}: ${problem.message}`;
  }
  return null;
}

export type PreviewPerson = { id: number; address: string; name: string | null };

/** Some people to preview with: those whose address or name holds the text, else the newest. */
export async function findPreviewPeople(
  ctx: WorkspaceCtx,
  input: { search: string },
): Promise<PreviewPerson[]> {
  requireRole(ctx, "viewer");
  const search = input.search.trim().toLowerCase().slice(0, 100);
  const pattern = `%${search.replace(/[\\%_]/g, (letter) => `\\${letter}`)}%`;
  const name = sql<string | null>`nullif(trim(concat_ws(' ', ${subscribers.attributes}->>'first_name',
    coalesce(${subscribers.attributes}->>'last_name', ${subscribers.attributes}->>'name'))), '')`;
  return ctx.db
    .select({ id: subscribers.id, address: subscribers.address, name })
    .from(subscribers)
    .where(
      and(
        eq(subscribers.workspaceId, ctx.workspaceId),
        isNull(subscribers.erasedAt),
        search === ""
          ? undefined
          : sql`(${subscribers.addressKey} like ${pattern} or lower(${name}) like ${pattern})`,
      ),
    )
    .orderBy(sql`${subscribers.id} desc`)
    .limit(8);
}
