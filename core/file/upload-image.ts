import { type Result, refuse, requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { prepareImage } from "./prepare-image.ts";
import { storeFile } from "./store.ts";

export const MAX_IMAGE_BYTES = 15_000_000;

export type UploadedImage = {
  fileId: string;
  /** Absolute: mails and pages elsewhere show it. */
  url: string;
  width: number;
  height: number;
  bytes: number;
};

/** Takes a picture for mails or as a logo; what is stored was drawn anew, so nothing but pixels comes through. */
export async function uploadImage(
  ctx: WorkspaceCtx,
  input: { name: string; bytes: Buffer },
): Promise<Result<UploadedImage>> {
  requireRole(ctx, "marketer");
  if (input.bytes.length > MAX_IMAGE_BYTES) return refuse("The picture is larger than 15 MB.");
  const image = await prepareImage(input.bytes);
  if (!image) return refuse("This is not a picture that can be read: JPEG, PNG, GIF, WebP, AVIF or HEIC.");
  const stored = await withTransaction(ctx, ({ db }) =>
    storeFile(
      db,
      {
        workspaceId: ctx.workspaceId,
        kind: "image",
        name: input.name.replace(/[\u0000-\u001f\u007f/\\]/g, "").slice(0, 200) || "picture",
        mime: image.mime,
        createdBy: ctx.actor.kind === "user" ? ctx.actor.userId : null,
        width: image.width,
        height: image.height,
      },
      inPieces(image.bytes),
      MAX_IMAGE_BYTES,
    ),
  );
  if (!stored.ok) return refuse("The picture is larger than 15 MB.");
  return {
    ok: true,
    fileId: stored.id,
    url: `${ctx.settings.appUrl}/files/${stored.id}`,
    width: image.width,
    height: image.height,
    bytes: stored.bytes,
  };
}

/** Pieces of 1 MB, the size that the store keeps. */
async function* inPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1024 * 1024) yield bytes.subarray(at, at + 1024 * 1024);
}
