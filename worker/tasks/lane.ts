import { z } from "zod";
import { log } from "#core/platform/log.ts";
import type { Engine } from "#worker/delivery/engine.ts";

const Payload = z.object({ laneId: z.number().int() });
const logger = log("lane");

/** Wakes a lane and runs it until it is dry, suspended, handed on or drained. The lease decides who runs it. */
export async function laneTask(engine: Engine, payload: unknown): Promise<void> {
  const { laneId } = Payload.parse(payload);
  try {
    await engine.runLane(laneId);
  } catch (error) {
    // The next sweep wakes it again within a second: graphile-worker's backoff would be slower.
    logger.error({ err: error, laneId }, "a lane ended with an error");
  }
}
