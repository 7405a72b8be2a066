import { readJson, refuseInputResponse } from "#app/_server/json.ts";
import { workspaceRoute } from "#app/_server/route.ts";
import { CountAudienceInput, countAudience } from "#core/campaign/count-audience.ts";

/** How many people an audience is right now. */
export const POST = workspaceRoute("viewer", async (ctx, request) => {
  const input = CountAudienceInput.safeParse(await readJson(request));
  if (!input.success) return refuseInputResponse(input.error);
  return Response.json({ ok: true, count: await countAudience(ctx, input.data) });
});
