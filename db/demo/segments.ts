import { and, eq } from "drizzle-orm";
import { countSegment } from "#core/segment/count.ts";
import { saveSegment } from "#core/segment/save.ts";
import { segments } from "#db/schema/index.ts";
import type { Made } from "./campaigns.ts";
import type { House } from "./house.ts";

/** Rules over people; counted when the demo's past is complete. */
export async function makeSegments(house: House): Promise<Made["segments"]> {
  const ctx = house.at(house.now);
  const save = async (name: string, rule: Parameters<typeof saveSegment>[1]["rule"], segmentId?: number) => {
    const saved = await saveSegment(ctx, { name, rule, ...(segmentId && { segmentId }) });
    if (!saved.ok) throw new Error(saved.reason);
    return saved.segmentId;
  };
  const regulars = await save("Regulars", {
    match: "all",
    rules: [
      { field: "attribute", key: "orders", op: "more-than", value: 2 },
      { field: "tag", op: "has-not", value: "café" },
    ],
  });
  const quiet = await save("Quiet for long", {
    match: "all",
    rules: [
      { field: "joined", op: "before", date: { daysAgo: 90 } },
      { field: "engagement", op: "did-not", action: "opened" },
      { field: "attribute", key: "orders", op: "less-than", value: 1 },
    ],
  });
  await save("Clicked in 30 days", {
    match: "all",
    rules: [{ field: "engagement", op: "did", action: "clicked", since: { daysAgo: 30 } }],
  });
  await save("Espresso, in Denmark or Germany", {
    match: "all",
    rules: [
      { field: "attribute", key: "roast", op: "is", value: "espresso" },
      {
        match: "any",
        rules: [
          { field: "attribute", key: "country", op: "is", value: "Denmark" },
          { field: "attribute", key: "country", op: "is", value: "Germany" },
        ],
      },
    ],
  });
  return { regulars, quiet };
}

/** Segments counted again, now that everything has happened. */
export async function recountSegments(house: House): Promise<void> {
  const rows = await house.db.select().from(segments).where(eq(segments.workspaceId, house.workspaceId));
  for (const { id, rule } of rows) {
    const { count, ms } = await countSegment(house.at(house.now), { rule });
    await house.db
      .update(segments)
      .set({ count, countMs: ms, countedAt: house.now })
      .where(and(eq(segments.id, id), eq(segments.workspaceId, house.workspaceId)));
  }
}
