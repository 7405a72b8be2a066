import { workspaceRoute } from "#app/_server/route.ts";
import { streamOf } from "#app/_server/stream.ts";
import { RecipientFilter } from "#core/campaign/report/recipient-filter.ts";
import { exportRecipients } from "#core/campaign/report/recipients.ts";
import { csvHeaders } from "#core/platform/csv.ts";

/** The recipients that match the page's filter, as CSV. */
export const GET = workspaceRoute("viewer", async (ctx, request, { id = "" }) => {
  const filter = RecipientFilter.parse(Object.fromEntries(request.nextUrl.searchParams));
  return new Response(streamOf(exportRecipients(ctx, Number(id) || 0, filter)), {
    headers: csvHeaders(`recipients-${Number(id) || 0}.csv`),
  });
});
