import { publicRoute } from "#app/_server/route.ts";
import { seeOther } from "#app/_server/see-other.ts";
import { undoUnsubscribe } from "#core/subscription/unsubscribe.ts";

export const POST = publicRoute(async (ctx, _request, { token = "" }) => {
  await undoUnsubscribe(ctx, { token });
  return seeOther(`/u/${token}?undone`);
});
