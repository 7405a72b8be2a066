import { workspaceRoute } from "#app/_server/route.ts";
import { streamOf } from "#app/_server/stream.ts";
import { csvHeaders } from "#core/platform/csv.ts";
import { exportSuppressions } from "#core/suppression/export.ts";
import { SuppressionFilter } from "#core/suppression/input.ts";

export const GET = workspaceRoute("viewer", async (ctx, request) => {
  const filter = SuppressionFilter.parse(Object.fromEntries(request.nextUrl.searchParams));
  return new Response(streamOf(exportSuppressions(ctx, { workspaceId: ctx.workspaceId }, filter)), {
    headers: csvHeaders("suppressions.csv"),
  });
});
