import sharp from "sharp";

/** Wide enough for a mail of 640 px on screens with two pixels for one. */
const MAX_WIDTH = 1280;
const MAX_HEIGHT = 4000;
/** Against pictures that are small as a file and huge when opened. */
const MAX_PIXELS = 60_000_000;

export type PreparedImage = { bytes: Buffer; mime: string; width: number; height: number };

/**
 * Makes any common picture fit for mail: upright, at most 1280 px wide, without its metadata (place, camera), as JPEG,
 * or PNG where it is transparent, or GIF where it moves; mail programs read no newer formats. null: not a picture that
 * we read. SVG is none: it may carry scripts.
 */
export async function prepareImage(input: Buffer): Promise<PreparedImage | null> {
  try {
    const options = { limitInputPixels: MAX_PIXELS, failOn: "error" } as const;
    const { format, pages, hasAlpha } = await sharp(input, options).metadata();
    if (!format || !["jpeg", "png", "webp", "gif", "avif", "heif", "tiff"].includes(format)) return null;
    const isMoving = (pages ?? 1) > 1 && (format === "gif" || format === "webp");
    const image = sharp(input, { ...options, animated: isMoving })
      .autoOrient()
      .resize({
        width: MAX_WIDTH,
        height: isMoving ? undefined : MAX_HEIGHT,
        fit: "inside",
        withoutEnlargement: true,
      })
      .toColorspace("srgb");
    const isLossless = hasAlpha || format === "png" || format === "gif";
    const output = isMoving
      ? { mime: "image/gif", image: image.gif() }
      : isLossless
        ? { mime: "image/png", image: image.png({ compressionLevel: 9, palette: format === "gif" }) }
        : { mime: "image/jpeg", image: image.jpeg({ quality: 82, mozjpeg: true }) };
    const { data, info } = await output.image.toBuffer({ resolveWithObject: true });
    return { bytes: data, mime: output.mime, width: info.width, height: info.pageHeight ?? info.height };
  } catch {
    return null;
  }
}
