import { eq } from "drizzle-orm";
import { imports } from "#db/schema/index.ts";
import { storeFile } from "../file/store.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "../platform/context.ts";
import { analyseImport } from "./analyse.ts";
import { MAX_IMPORT_BYTES } from "./input.ts";

/** Takes an uploaded file as a stream, keeps it, and reads its first rows so that columns can be mapped. */
export async function uploadImport(
  ctx: WorkspaceCtx,
  upload: { fileName: string; bytes: AsyncIterable<Uint8Array> },
): Promise<Result<{ importId: number }>> {
  requireRole(ctx, "marketer");
  const userId = ctx.actor.kind === "user" ? ctx.actor.userId : null;
  const fileName = upload.fileName.replace(/[\u0000-\u001f\u007f/\\]/g, "").slice(0, 200) || "people.csv";
  const stored = await storeFile(
    ctx.db,
    { workspaceId: ctx.workspaceId, kind: "upload", name: fileName, mime: "text/csv", createdBy: userId },
    upload.bytes,
    MAX_IMPORT_BYTES,
  );
  if (!stored.ok)
    return refuse("The file is larger than 2 GB. Cut it into parts and import them one after the other.");
  const [row] = await ctx.db
    .insert(imports)
    .values({
      workspaceId: ctx.workspaceId,
      fileId: stored.id,
      fileName,
      bytesTotal: stored.bytes,
      createdBy: userId,
      state: "uploading",
    })
    .returning({ id: imports.id });
  const analysed = await analyseImport(ctx, { importId: row!.id });
  if (!analysed.ok) {
    await ctx.db.delete(imports).where(eq(imports.id, row!.id));
    return analysed;
  }
  return { ok: true, importId: row!.id };
}
