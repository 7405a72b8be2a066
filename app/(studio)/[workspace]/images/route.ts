import { MAX_IMAGE_BYTES, uploadImage } from "#core/file/upload-image.ts";
import { refuse } from "#core/platform/context.ts";
import { workspaceRoute } from "../../../_server/route.ts";

/** Takes one picture as the multipart field `file`; answers `{ok, fileId, url, width, height}` or a refusal. */
export const POST = workspaceRoute("marketer", async (ctx, request) => {
  const length = Number(request.headers.get("content-length") ?? Number.NaN);
  // Said before the body is read, so that nobody fills the memory.
  if (!(length <= MAX_IMAGE_BYTES + 10_000)) {
    return Response.json(refuse("The picture is larger than 15 MB."), { status: 413 });
  }
  const file = (await request.formData()).get("file");
  if (!(file instanceof File)) return Response.json(refuse("There is no file in this."), { status: 400 });
  const bytes = Buffer.from(await file.arrayBuffer());
  const result = await uploadImage(ctx, { name: file.name, bytes });
  return Response.json(result, { status: result.ok ? 201 : 422 });
});
