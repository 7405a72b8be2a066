import { publicRoute } from "#app/_server/route.ts";
import { seeOther } from "#app/_server/see-other.ts";
import { unsubscribe } from "#core/subscription/unsubscribe.ts";

/**
 * The POST of `/u/<token>` (rewritten here, since a page and a route cannot share an address). RFC 8058: no cookie, no
 * redirect. The button on the page sends `by=page` and is led back to it.
 */
export const POST = publicRoute(async (ctx, request, { token = "" }) => {
  const form = await request.formData().catch(() => new FormData());
  const fromPage = form.get("by") === "page";
  const result = await unsubscribe(ctx, { token, by: fromPage ? "link" : "one-click" });
  if (fromPage) return seeOther(`/u/${token}?done`);
  const body = result.ok ? "You are unsubscribed.\n" : `${result.reason}\n`;
  return new Response(body, {
    status: result.ok ? 200 : 404,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
});
