import { findFile, readFileBytes } from "#core/file/read.ts";
import { publicRoute } from "../../../_server/route.ts";
import { streamOf } from "../../../_server/stream.ts";

const MIMES = ["image/jpeg", "image/png", "image/gif"];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A picture of a mail or a logo: whoever has the address may see it, as every recipient has. Uploads are no pictures. */
export const GET = publicRoute(async (ctx, _request, { id = "" }) => {
  const file = UUID.test(id) ? await findFile(ctx.db, id) : null;
  if (file?.kind !== "image" || !MIMES.includes(file.mime)) return new Response(null, { status: 404 });
  return new Response(streamOf(readFileBytes(ctx.db, id)), {
    headers: {
      "content-type": file.mime,
      "content-length": String(file.bytes),
      "cache-control": "public, max-age=31536000, immutable",
      "content-security-policy": "default-src 'none'; sandbox",
      "cross-origin-resource-policy": "cross-origin",
    },
  });
});
