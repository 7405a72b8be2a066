import { publicRoute } from "#app/_server/route.ts";
import { recordClick } from "#core/hit/record.ts";

/** A click link: leads to a link of its campaign and nowhere else. */
const click = publicRoute(async (ctx, request, { token = "", n = "" }) => {
  const url = await recordClick(ctx, {
    token,
    n: /^\d{1,5}$/.test(n) ? Number(n) : -1,
    method: request.method,
  });
  if (!url) {
    return new Response("This link is not complete. Open the mail again and use the link there.", {
      status: 404,
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  }
  return new Response(null, {
    status: 302,
    headers: { location: url, "cache-control": "no-store, private", "referrer-policy": "no-referrer" },
  });
});

export { click as GET, click as HEAD };
