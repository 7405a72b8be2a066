import { inArray } from "drizzle-orm";
import { subscribers } from "#db/schema/index.ts";
import { listAttributes } from "../attribute/read.ts";
import type { WorkspaceCtx } from "../platform/context.ts";
import { csvLine } from "../platform/csv.ts";
import type { SubscriberFilter } from "./filter-shape.ts";
import { getSubscriber, listSubscribers } from "./read.ts";
import { readSubscriptions, readTimeline } from "./timeline.ts";

/** All that match, or those of them who were picked, as CSV, a page at a time: memory does not grow with the list. */
export async function* exportSubscribers(
  ctx: WorkspaceCtx,
  filter: SubscriberFilter,
  picked?: number[],
): AsyncGenerator<string> {
  const attributes = await listAttributes(ctx);
  yield csvLine([
    "address",
    ...attributes.map((attribute) => attribute.key),
    "tags",
    "standing",
    "lists",
    "joined",
    "came_from",
    "last_click",
  ]);
  for (let after: string | null = null; ; ) {
    const page: Awaited<ReturnType<typeof listSubscribers>> = await listSubscribers(ctx, filter, {
      sort: "joined",
      after,
      limit: 1000,
      picked,
    });
    const ids = page.rows.map((row) => row.id);
    const details = ids.length
      ? await ctx.db
          .select({ id: subscribers.id, attributes: subscribers.attributes, tags: subscribers.tags })
          .from(subscribers)
          .where(inArray(subscribers.id, ids))
      : [];
    const byId = new Map(details.map((row) => [row.id, row]));
    for (const row of page.rows) {
      const more = byId.get(row.id);
      yield csvLine([
        row.address,
        ...attributes.map((attribute) => String(more?.attributes[attribute.key] ?? "")),
        (more?.tags ?? []).join(", "),
        row.standing,
        row.lists.join(", "),
        row.createdAt.toISOString(),
        row.origin,
        row.lastClickedAt?.toISOString() ?? "",
      ]);
    }
    if (!page.next) return;
    after = page.next;
  }
}

/** Everything that is kept about a person, for the person. */
export async function exportPerson(
  ctx: WorkspaceCtx,
  subscriberId: number,
): Promise<Record<string, unknown>> {
  const { id, address, attributes, tags, origin, createdAt, standing, addressKey } = await getSubscriber(
    ctx,
    subscriberId,
  );
  const timeline = await readTimeline(ctx, { id, addressKey }, { limit: 5000 });
  return {
    address,
    standing,
    attributes,
    tags,
    cameFrom: origin,
    joined: createdAt,
    subscriptions: await readSubscriptions(ctx, id),
    events: timeline.map(({ at, kind, what, detail, class: by }) => ({ at, kind, what, detail, by })),
  };
}
