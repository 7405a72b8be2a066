import type { Ctx } from "#core/platform/context.ts";
import { enqueue } from "#core/platform/jobs.ts";
import { log } from "#core/platform/log.ts";
import { noteAccepted } from "#core/subscriber/note-accepted.ts";

const logger = log("campaigns");
const LATER_MS = 60_000;

/** Each hour, and when a campaign finishes: what was accepted is noted on the people, for segments and their pages. */
export async function noteAcceptedTask(ctx: Ctx): Promise<void> {
  const { campaigns, moved, again } = await noteAccepted(ctx.db, ctx.now());
  if (campaigns.length > 0) logger.info({ campaigns, people: moved }, "noted what was accepted");
  if (again.length === 0) return;
  const runAt = new Date(ctx.now().getTime() + LATER_MS);
  await enqueue(ctx.db, "note-accepted", {}, { key: "note-accepted", runAt });
}
