import { workspaceRoute } from "#app/_server/route.ts";
import { streamOf } from "#app/_server/stream.ts";
import { exportRejects } from "#core/import/export-rejects.ts";
import { csvHeaders } from "#core/platform/csv.ts";

/** The rows that were not taken, with line and reason, their cells as they were. */
export const GET = workspaceRoute("viewer", async (ctx, _request, params) => {
  const importId = Number(params.import) || 0;
  return new Response(streamOf(await exportRejects(ctx, importId)), {
    headers: csvHeaders(`rejected-${importId}.csv`),
  });
});
