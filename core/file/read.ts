import { and, asc, eq, gt } from "drizzle-orm";
import type { Db } from "#core/platform/db.ts";
import { fileChunks, files } from "#db/schema/index.ts";

/** The file's bytes, a chunk (≤ about 1 MB) at a time, in order. */
export async function* readFileBytes(db: Db, fileId: string): AsyncGenerator<Buffer> {
  for (let n = -1; ; ) {
    const [chunk] = await db
      .select({ n: fileChunks.n, data: fileChunks.data })
      .from(fileChunks)
      .where(and(eq(fileChunks.fileId, fileId), gt(fileChunks.n, n)))
      .orderBy(asc(fileChunks.n))
      .limit(1);
    if (!chunk) return;
    n = chunk.n;
    yield chunk.data;
  }
}

/** What is known of a file; null where there is none. The caller decides who may read it. */
export async function findFile(db: Db, fileId: string): Promise<typeof files.$inferSelect | null> {
  const [row] = await db.select().from(files).where(eq(files.id, fileId)).limit(1);
  return row ?? null;
}
