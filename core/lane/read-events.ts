import { desc, eq, inArray } from "drizzle-orm";
import { laneEvents, senderDomains, sites, users } from "#db/schema/index.ts";
import type { AdminCtx } from "../platform/context.ts";
import type { LaneEventDetail, LaneEventKind } from "./types.ts";

export type LaneEventRow = {
  id: number;
  at: Date;
  kind: LaneEventKind;
  detail: LaneEventDetail;
  /** What the server had said. */
  reply: string | null;
  /** Who did it; null where the engine did. */
  who: string | null;
  /** The site or sender domain that it was about. */
  of: string | null;
};

/** The newest changes of a lane, newest first. */
export async function readLaneEvents(ctx: AdminCtx, laneId: number, most = 50): Promise<LaneEventRow[]> {
  const rows = await ctx.db
    .select({ event: laneEvents, who: users.name })
    .from(laneEvents)
    .leftJoin(users, eq(users.id, laneEvents.userId))
    .where(eq(laneEvents.laneId, laneId))
    .orderBy(desc(laneEvents.at), desc(laneEvents.id))
    .limit(most);
  const ids = (key: "siteId" | "senderDomainId") =>
    [...new Set(rows.map(({ event }) => event.detail?.[key]))].filter((id) => id !== undefined);
  const [siteRows, domainRows] = await Promise.all([
    ids("siteId").length > 0
      ? ctx.db
          .select({ id: sites.id, name: sites.name })
          .from(sites)
          .where(inArray(sites.id, ids("siteId")))
      : [],
    ids("senderDomainId").length > 0
      ? ctx.db
          .select({ id: senderDomains.id, name: senderDomains.name })
          .from(senderDomains)
          .where(inArray(senderDomains.id, ids("senderDomainId")))
      : [],
  ]);
  const nameOf = (list: { id: number; name: string }[], id: number | undefined) =>
    list.find((one) => one.id === id)?.name ?? null;
  return rows.map(({ event, who }) => {
    const detail = event.detail ?? {};
    return {
      id: event.id,
      at: event.at,
      kind: event.kind,
      detail,
      reply: event.reply,
      who: event.userId === null ? null : (who ?? "somebody who is gone"),
      of: nameOf(siteRows, detail.siteId) ?? nameOf(domainRows, detail.senderDomainId),
    };
  });
}
