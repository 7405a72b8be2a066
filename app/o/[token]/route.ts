import { publicRoute } from "#app/_server/route.ts";
import { recordOpen } from "#core/hit/record.ts";

const PIXEL = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

/** The open pixel: always an image, whether the token is ours or not. */
const open = publicRoute(async (ctx, request, { token = "" }) => {
  await recordOpen(ctx, { token, method: request.method });
  return new Response(request.method === "HEAD" ? null : PIXEL, {
    headers: {
      "content-type": "image/gif",
      "cache-control": "no-store, private",
      "content-length": String(PIXEL.length),
    },
  });
});

export { open as GET, open as HEAD };
