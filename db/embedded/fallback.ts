import { createHash } from "node:crypto";
import { lstatSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/**
 * The folder under /var/tmp that stands in for one that PostgreSQL's user cannot reach; the same for the same text.
 * Anybody may write to /var/tmp, so one that somebody else made there first is refused.
 */
export function makeFallbackFolder(instead: string): string {
  const hash = createHash("sha256").update(instead).digest("hex").slice(0, 10);
  const folder = join("/var/tmp", `lettermill-${hash}`);
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new Error(
      `${folder} belongs to somebody else; remove it, or set DATA_DIR to a folder that everybody can enter.`,
    );
  }
  return folder;
}
