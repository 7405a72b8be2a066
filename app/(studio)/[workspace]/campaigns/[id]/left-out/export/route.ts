import { workspaceRoute } from "#app/_server/route.ts";
import { streamOf } from "#app/_server/stream.ts";
import { exportLeftOut } from "#core/campaign/report/left-out.ts";
import { EXCLUSION_REASONS } from "#core/campaign/types.ts";
import { csvHeaders } from "#core/platform/csv.ts";

/** The people left out at the freeze, as CSV, by the page's filter. */
export const GET = workspaceRoute("viewer", async (ctx, request, { id = "" }) => {
  const asked = request.nextUrl.searchParams.get("reason");
  const reason = EXCLUSION_REASONS.find((one) => one === asked) ?? null;
  return new Response(streamOf(exportLeftOut(ctx, Number(id) || 0, reason)), {
    headers: csvHeaders(`left-out-${Number(id) || 0}.csv`),
  });
});
