import { z } from "zod";
import type { Ctx } from "#core/platform/context.ts";
import { takeReport } from "#core/report/take.ts";

const Payload = z.object({ reportId: z.number().int() });

/** Reads one kept report; idempotent, so trying again is harmless. */
export async function takeReportTask(ctx: Ctx, payload: unknown): Promise<void> {
  await takeReport(ctx, Payload.parse(payload));
}
