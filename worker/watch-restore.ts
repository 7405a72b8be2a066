import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { noticeRestore, type SeenDatabase } from "#core/installation/notice-restore.ts";
import type { Ctx } from "#core/platform/context.ts";
import { log } from "#core/platform/log.ts";

const logger = log("restore");
const LOOK_EVERY_MS = 2_000;
const KEEP_EVERY_MS = 30_000;

const Kept = z.object({
  home: z.string().min(1),
  restores: z.number().int().min(0),
  lsn: z.string().regex(/^[0-9A-F]+\/[0-9A-F]+$/i),
});

/** Looks whether the database was restored, once and then every two seconds; `file` is what this machine remembers of it. */
export class RestoreWatch {
  readonly #ctx: Ctx;
  readonly #file: string;
  #seen: SeenDatabase | null;
  #keptAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;

  constructor(ctx: Ctx, file: string) {
    this.#ctx = ctx;
    this.#file = file;
    this.#seen = read(file);
  }

  /** To be waited for before anything is sent. Throws where the database cannot be asked. */
  async start(): Promise<void> {
    await this.look();
    this.#timer = setInterval(() => {
      this.look().catch((error) => logger.debug({ err: error }, "could not look at the database"));
    }, LOOK_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#keep();
  }

  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const { seen, restored } = await noticeRestore(this.#ctx, this.#seen);
      if (restored)
        logger.error("the database was restored or copied; sending is off until an administrator allows it");
      if (seen) this.#seen = seen;
      if (restored || performance.now() - this.#keptAt > KEEP_EVERY_MS) this.#keep();
    } finally {
      this.#isLooking = false;
    }
  }

  /** Whole or not at all: other workers of this machine write it too. */
  #keep(): void {
    if (!this.#seen) return;
    this.#keptAt = performance.now();
    const part = `${this.#file}.${process.pid}`;
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      writeFileSync(part, `${JSON.stringify(this.#seen)}\n`);
      renameSync(part, this.#file);
    } catch (error) {
      logger.warn(
        { err: error },
        "could not remember the database; a restore from files would not be noticed",
      );
    }
  }
}

/** Nothing readable is nothing remembered. */
function read(file: string): SeenDatabase | null {
  try {
    return Kept.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}
