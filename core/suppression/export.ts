import type { Ctx } from "../platform/context.ts";
import { csvLine } from "../platform/csv.ts";
import type { SuppressionFilter } from "./input.ts";
import { listSuppressions, type SuppressionScope } from "./read.ts";

/** Standing suppressions as CSV, a page at a time. */
export async function* exportSuppressions(
  ctx: Pick<Ctx, "db">,
  scope: SuppressionScope,
  filter: SuppressionFilter,
): AsyncGenerator<string> {
  yield csvLine(["address", "reason", "since", "scope", "evidence"]);
  for (let after: number | undefined; ; ) {
    const page: Awaited<ReturnType<typeof listSuppressions>> = await listSuppressions(
      ctx,
      scope,
      { ...filter, after },
      1000,
    );
    for (const row of page.rows) {
      yield csvLine([
        row.address,
        row.reason,
        row.createdAt.toISOString(),
        row.workspace ?? "installation",
        row.evidence.reply ?? row.evidence.note ?? row.evidence.source,
      ]);
    }
    if (page.next === null) return;
    after = page.next;
  }
}
