import { eq } from "drizzle-orm";
import type { Db } from "#core/platform/db.ts";
import { fileChunks, files } from "#db/schema/index.ts";

const CHUNK_BYTES = 1024 * 1024;

export type NewFile = {
  workspaceId: number;
  kind: "image" | "upload";
  name: string;
  mime: string;
  createdBy: number | null;
  width?: number;
  height?: number;
};

/**
 * Stores a byte stream in chunks of 1 MB, one row each, so that memory stays bounded and any machine can serve it.
 * Gives up with `too-large` past `maxBytes`; nothing is kept then.
 */
export async function storeFile(
  db: Db,
  file: NewFile,
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<{ ok: true; id: string; bytes: number } | { ok: false; reason: "too-large" }> {
  const [row] = await db.insert(files).values(file).returning({ id: files.id });
  const id = row!.id;
  let total = 0;
  let n = 0;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const flush = async () => {
    if (heldBytes === 0) return;
    await db.insert(fileChunks).values({ fileId: id, n, data: Buffer.concat(held) });
    n++;
    held = [];
    heldBytes = 0;
  };
  try {
    for await (const piece of bytes) {
      total += piece.byteLength;
      if (total > maxBytes) {
        await db.delete(files).where(eq(files.id, id));
        return { ok: false, reason: "too-large" };
      }
      held.push(piece);
      heldBytes += piece.byteLength;
      if (heldBytes >= CHUNK_BYTES) await flush();
    }
    await flush();
  } catch (error) {
    await db.delete(files).where(eq(files.id, id));
    throw error;
  }
  await db.update(files).set({ bytes: total }).where(eq(files.id, id));
  return { ok: true, id, bytes: total };
}
