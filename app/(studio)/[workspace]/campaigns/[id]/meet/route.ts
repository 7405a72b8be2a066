import { readJson, refuseInputResponse } from "#app/_server/json.ts";
import { workspaceRoute } from "#app/_server/route.ts";
import { MeetInput, meetEditors } from "#core/campaign/meet.ts";

/** An open editor says that it is still there, and hears who else is and how the draft stands. */
export const POST = workspaceRoute("viewer", async (ctx, request, { id = "" }) => {
  const input = MeetInput.safeParse({ ...(await readJson(request)), campaignId: id });
  if (!input.success) return refuseInputResponse(input.error);
  return Response.json({ ok: true, ...(await meetEditors(ctx, input.data)) });
});
