import { workspaceRoute } from "#app/_server/route.ts";
import { streamOf } from "#app/_server/stream.ts";
import { csvHeaders } from "#core/platform/csv.ts";
import { exportSubscribers } from "#core/subscriber/export.ts";
import { SubscriberFilter } from "#core/subscriber/filter-shape.ts";

/** The people that match the page's filter, as CSV. */
export const GET = workspaceRoute("viewer", async (ctx, request) => {
  const filter = SubscriberFilter.parse(Object.fromEntries(request.nextUrl.searchParams));
  return new Response(streamOf(exportSubscribers(ctx, filter)), { headers: csvHeaders("subscribers.csv") });
});
