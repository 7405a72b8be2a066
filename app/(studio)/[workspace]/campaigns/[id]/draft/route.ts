import { compileBlocks } from "#app/_server/compile-blocks.ts";
import { draftChecks } from "#app/_server/draft-checks.ts";
import { readJson, refuseInputResponse } from "#app/_server/json.ts";
import { workspaceRoute } from "#app/_server/route.ts";
import { readDraft } from "#core/campaign/read-draft.ts";
import { SaveCampaignInput, saveCampaign } from "#core/campaign/save.ts";

/** The draft as it lies here, for editors that follow somebody else's change. */
export const GET = workspaceRoute("viewer", async (ctx, _request, { id = "" }) => {
  const stored = await readDraft(ctx, { campaignId: Number(id) });
  if (!stored) return Response.json({ ok: false, reason: "There is no such draft." }, { status: 404 });
  return Response.json({ ok: true, ...stored, checks: await draftChecks(ctx, Number(id), null) });
});

/** The editor's autosave: what changed goes in, the HTML and checks that it makes come out. */
export const POST = workspaceRoute("marketer", async (ctx, request, { id = "" }) => {
  const input = SaveCampaignInput.safeParse({ ...(await readJson(request)), campaignId: id });
  if (!input.success) return refuseInputResponse(input.error);
  const result = await saveCampaign(ctx, input.data, compileBlocks);
  if (!result.ok || result.outcome !== "saved") return Response.json(result);
  const count = input.data.audience ? undefined : null;
  return Response.json({ ...result, checks: await draftChecks(ctx, input.data.campaignId, count) });
});
