import { readCampaign } from "#core/campaign/read-draft.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { SaveAsTemplateInput } from "./input.ts";
import { insertTemplate } from "./insert.ts";

/** Keeps the content of a campaign, in whatever state, as a template. */
export function saveAsTemplate(
  ctx: WorkspaceCtx,
  input: SaveAsTemplateInput,
): Promise<Result<{ templateId: number }>> {
  requireRole(ctx, "marketer");
  const { campaignId, name } = SaveAsTemplateInput.parse(input);
  return withTransaction(ctx, async (tx) => {
    const parts = await readCampaign(tx, { campaignId });
    if (!parts) return refuse("There is no such campaign.");
    const { format, document, html, text } = parts.campaign;
    return insertTemplate(tx, name, { format, document, html, text });
  });
}
