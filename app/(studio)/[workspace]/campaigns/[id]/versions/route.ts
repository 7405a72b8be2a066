import { compileBlocks } from "#app/_server/compile-blocks.ts";
import { readJson, refuseInputResponse } from "#app/_server/json.ts";
import { workspaceRoute } from "#app/_server/route.ts";
import { findVersion, listVersions } from "#core/campaign/read-versions.ts";
import { RestoreVersionInput, restoreVersion } from "#core/campaign/restore.ts";

/** What the draft was before each save, or one of them with its content (`?version=`). */
export const GET = workspaceRoute("viewer", async (ctx, request, { id = "" }) => {
  const campaignId = Number(id) || 0;
  const version = request.nextUrl.searchParams.get("version");
  if (version === null) return Response.json({ ok: true, versions: await listVersions(ctx, { campaignId }) });
  const found = await findVersion(ctx, { campaignId, version: Number(version) || 0 });
  return found
    ? Response.json({ ok: true, version: found })
    : Response.json({ ok: false, reason: "This version is no longer kept." }, { status: 404 });
});

/** Brings one back. */
export const POST = workspaceRoute("marketer", async (ctx, request, { id = "" }) => {
  const input = RestoreVersionInput.safeParse({ ...(await readJson(request)), campaignId: id });
  if (!input.success) return refuseInputResponse(input.error);
  return Response.json(await restoreVersion(ctx, input.data, compileBlocks));
});
