import { adminRoute } from "#app/_server/route.ts";
import { getSandboxMail } from "#core/sandbox-mail/read.ts";

/** The mail as it came over the wire, shown as text. */
export const GET = adminRoute(async (ctx, _request, { id = "" }) => {
  const mail = await getSandboxMail(ctx, Number(id) || 0);
  return new Response(new Uint8Array(mail.raw), {
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
});
