import { publicRoute } from "#app/_server/route.ts";
import { seeOther } from "#app/_server/see-other.ts";
import { stopAll } from "#core/subscription/unsubscribe.ts";

export const POST = publicRoute(async (ctx, _request, { token = "" }) => {
  await stopAll(ctx, { token });
  return seeOther(`/p/${token}?stopped`);
});
