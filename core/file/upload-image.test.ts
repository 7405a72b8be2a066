import { createServer } from "node:net";
import { crc32 } from "node:zlib";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import type { Db } from "#db/client.ts";
import { testDatabase } from "#db/testing/database.ts";
import { makeWorkspace, workspaceCtx } from "#db/testing/factories.ts";
import { prepareImage } from "./prepare-image.ts";
import { findFile, readFileBytes } from "./read.ts";
import { uploadImage } from "./upload-image.ts";

let db: Db;
beforeAll(async () => {
  ({ db } = await testDatabase());
});

const picture = (width: number, height: number, alpha = 1) =>
  sharp({ create: { width, height, channels: 4, background: { r: 200, g: 30, b: 30, alpha } } });

describe("prepareImage", () => {
  test("refuses what is no picture, or may carry a script", async () => {
    for (const bytes of [
      Buffer.from(""),
      Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
      Buffer.from("<html>"),
      (await picture(10, 10).png().toBuffer()).subarray(0, 40),
    ]) {
      expect(await prepareImage(bytes)).toBeNull();
    }
  });

  test("refuses at once what is small as a file and huge when opened", async () => {
    // A picture of 30,000 x 30,000 in its header, as deflate bombs have it; 3.6 GB if anybody believed it.
    const bomb = await picture(100, 100).png().toBuffer();
    bomb.writeUInt32BE(30_000, 16);
    bomb.writeUInt32BE(30_000, 20);
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
    // Each frame is small; all of them together are not.
    const pixels = Array.from({ length: 300 }, (_, n) => Buffer.alloc(500 * 500 * 3, (n * 37) & 255));
    const frames = await sharp(Buffer.concat(pixels), {
      raw: { width: 500, height: 500 * 300, channels: 3, pageHeight: 500 },
      limitInputPixels: false,
    })
      .gif({ effort: 1 })
      .toBuffer();
    expect((await sharp(frames).metadata()).pages).toBe(300);
    for (const bytes of [bomb, frames]) {
      const before = process.memoryUsage.rss();
      expect(await prepareImage(bytes)).toBeNull();
      expect(process.memoryUsage.rss() - before).toBeLessThan(200e6);
    }
  });

  test("opens no file and no address that a picture names", async () => {
    let asked = 0;
    const server = createServer(() => asked++);
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const { port } = server.address() as { port: number };
    const svg = (inside: string, head = "") =>
      Buffer.from(
        `${head}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">${inside}</svg>`,
      );
    for (const bytes of [
      svg(`<image xlink:href="http://127.0.0.1:${port}/a.png" width="9" height="9"/>`),
      svg(`<image href="file:///etc/passwd" width="9" height="9"/>`),
      svg("<text>&x;</text>", `<!DOCTYPE svg [<!ENTITY x SYSTEM "http://127.0.0.1:${port}/x">]>`),
      Buffer.from(`#EXTM3U\nhttp://127.0.0.1:${port}/a.ts\n`),
      Buffer.from(
        `push graphic-context\nimage over 0,0 0,0 'http://127.0.0.1:${port}/a.png'\npop graphic-context`,
      ),
    ]) {
      expect(await prepareImage(bytes)).toBeNull();
    }
    await new Promise((done) => server.close(done));
    expect(asked).toBe(0);
  });

  test("makes pictures narrow, and drops where they were taken", async () => {
    const photo = await picture(3000, 1500)
      .flatten()
      .jpeg()
      .withExif({ IFD0: { Copyright: "somebody" } })
      .toBuffer();
    const image = await prepareImage(photo);
    expect(image).toMatchObject({ mime: "image/jpeg", width: 1280, height: 640 });
    expect((await sharp(image?.bytes).metadata()).exif).toBeUndefined();
  });

  test("keeps transparency, and turns what mail programs cannot read into what they can", async () => {
    expect(await prepareImage(await picture(20, 20, 0.5).png().toBuffer())).toMatchObject({
      mime: "image/png",
      width: 20,
    });
    expect(await prepareImage(await picture(20, 20).flatten().webp().toBuffer())).toMatchObject({
      mime: "image/jpeg",
    });
  });
});

test("a picture is stored whole, and viewers store none", async () => {
  const workspace = await makeWorkspace(db);
  const noise = Buffer.alloc(1200 * 900 * 3);
  let seed = 1;
  for (let at = 0; at < noise.length; at++) {
    seed = (seed * 16807) % 2147483647;
    noise[at] = seed & 255;
  }
  const bytes = await sharp(noise, { raw: { width: 1200, height: 900, channels: 3 } })
    .png()
    .toBuffer();
  const result = await uploadImage(workspaceCtx(db, workspace.id), { name: "../a/noise.png", bytes });
  if (!result.ok) throw new Error(result.reason);
  expect(result).toMatchObject({ width: 1200, url: `http://localhost:3000/files/${result.fileId}` });
  expect(await findFile(db, result.fileId)).toMatchObject({
    kind: "image",
    name: "..anoise.png",
    bytes: result.bytes,
  });
  const chunks: Buffer[] = [];
  for await (const chunk of readFileBytes(db, result.fileId)) chunks.push(chunk);
  expect(chunks.length).toBeGreaterThan(1);
  expect((await sharp(Buffer.concat(chunks)).metadata()).width).toBe(1200);
  await expect(
    uploadImage(workspaceCtx(db, workspace.id, { role: "viewer" }), { name: "x", bytes }),
  ).rejects.toThrow("marketer");
});
