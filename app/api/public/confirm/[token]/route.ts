import { publicRoute } from "#app/_server/route.ts";
import { seeOther } from "#app/_server/see-other.ts";
import { confirmSubscription } from "#core/subscription/confirm.ts";

export const POST = publicRoute(async (ctx, _request, { token = "" }) => {
  await confirmSubscription(ctx, { token });
  return seeOther(`/c/${token}?done`);
});
