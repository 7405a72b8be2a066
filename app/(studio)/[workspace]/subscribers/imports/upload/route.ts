import { workspaceRoute } from "#app/_server/route.ts";
import { uploadImport } from "#core/import/upload.ts";

/** Takes a file as the raw body, piece by piece: no form, so nothing caps its size but the import itself. */
export const POST = workspaceRoute("marketer", async (ctx, request) => {
  if (!request.body) return Response.json({ ok: false, reason: "There is no file." }, { status: 400 });
  const fileName = request.nextUrl.searchParams.get("name") ?? "people.csv";
  const result = await uploadImport(ctx, {
    fileName,
    bytes: request.body as unknown as AsyncIterable<Uint8Array>,
  });
  return Response.json(result, { status: result.ok ? 200 : 422 });
});
