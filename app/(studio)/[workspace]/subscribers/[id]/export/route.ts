import { workspaceRoute } from "#app/_server/route.ts";
import { exportPerson } from "#core/subscriber/export.ts";

/** Everything that is kept about a person, as JSON. */
export const GET = workspaceRoute("viewer", async (ctx, _request, { id = "" }) => {
  const body = JSON.stringify(await exportPerson(ctx, Number(id) || 0), null, 2);
  return new Response(body, {
    headers: {
      "content-type": "application/json; charset=utf-8",
      "content-disposition": `attachment; filename="person-${Number(id) || 0}.json"`,
      "cache-control": "no-store",
    },
  });
});
