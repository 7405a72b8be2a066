import { adminRoute } from "#app/_server/route.ts";
import { streamOf } from "#app/_server/stream.ts";
import { csvHeaders } from "#core/platform/csv.ts";
import { exportSuppressions } from "#core/suppression/export.ts";
import { SuppressionFilter } from "#core/suppression/input.ts";

export const GET = adminRoute(async (ctx, request) => {
  const filter = SuppressionFilter.parse(Object.fromEntries(request.nextUrl.searchParams));
  return new Response(streamOf(exportSuppressions(ctx, "all", filter)), {
    headers: csvHeaders("all-suppressions.csv"),
  });
});
