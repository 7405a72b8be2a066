import { workspaceRoute } from "#app/_server/route.ts";
import { streamOf } from "#app/_server/stream.ts";
import { MOST_PICKED } from "#core/bulk/input.ts";
import { csvHeaders } from "#core/platform/csv.ts";
import { exportSubscribers } from "#core/subscriber/export.ts";
import { SubscriberFilter } from "#core/subscriber/filter-shape.ts";

/** The people that match the page's filter, or those of them who were picked, as CSV. */
export const GET = workspaceRoute("viewer", async (ctx, request) => {
  const query = request.nextUrl.searchParams;
  const filter = SubscriberFilter.parse(Object.fromEntries(query));
  const ids = query.getAll("id").map(Number).filter(Number.isSafeInteger).slice(0, MOST_PICKED);
  return new Response(streamOf(exportSubscribers(ctx, filter, ids.length > 0 ? ids : undefined)), {
    headers: csvHeaders("subscribers.csv"),
  });
});
