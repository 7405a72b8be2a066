import { z } from "zod";
import type { Ctx } from "#core/platform/context.ts";
import { appendSourceTest, finishSourceTest, readSourceTest } from "#core/source/test.ts";
import type { Engine } from "#worker/delivery/engine.ts";

const Payload = z.object({ testId: z.number().int() });
const WRITE_EVERY_MS = 300;
const SIGNS = { client: ">", server: "<", note: "*" } as const;

/** Has the conversation of a source test, and writes it down while it goes on. A job that is run again starts nothing. */
export async function testSourceTask(engine: Engine, ctx: Ctx, payload: unknown): Promise<void> {
  const test = await readSourceTest(ctx, Payload.parse(payload).testId);
  if (!test) return;
  const lines: string[] = [];
  let written = 0;
  const write = async () => {
    const fresh = lines.slice(written);
    written = lines.length;
    if (fresh.length > 0) await appendSourceTest(ctx, test.id, `${fresh.join("\n")}\n`);
  };
  const timer = setInterval(() => void write().catch(() => {}), WRITE_EVERY_MS);
  const outcome = await engine
    .testSource({ ...test, onLine: (who, line) => lines.push(`${SIGNS[who]} ${line}`) })
    .catch((error: unknown) => ({
      ok: false,
      result: `It broke off: ${error instanceof Error ? error.message : String(error)}`,
    }));
  clearInterval(timer);
  await write();
  await finishSourceTest(ctx, test.id, outcome);
}
