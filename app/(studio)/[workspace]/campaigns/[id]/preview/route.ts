import { workspaceRoute } from "#app/_server/route.ts";
import { readCampaign } from "#core/campaign/read-draft.ts";
import { findPreviewPeople, renderCampaignFor } from "#core/campaign/render-content.ts";

/** The saved mail as one subscriber gets it (`?subscriber=`), or people to choose from (`?people=`). */
export const GET = workspaceRoute("viewer", async (ctx, request, { id = "" }) => {
  const query = request.nextUrl.searchParams;
  const search = query.get("people");
  if (search !== null) return Response.json({ ok: true, people: await findPreviewPeople(ctx, { search }) });
  const parts = await readCampaign(ctx, { campaignId: Number(id) });
  if (!parts) return Response.json({ ok: false, reason: "There is no such campaign." }, { status: 404 });
  const subscriberId = Number(query.get("subscriber")) || null;
  return Response.json(await renderCampaignFor(ctx, parts, { subscriberId }));
});
