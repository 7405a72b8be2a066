import { eq, inArray, sql } from "drizzle-orm";
import { laneEvents, lanes, limitChanges, users } from "#db/schema/index.ts";
import { findLimitSet, type LimitSet } from "../mail/provider/limit-sets.ts";
import { recordAudit } from "../platform/audit.ts";
import { type AdminCtx, type Refusal, type Result, refuse } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { notifyLive } from "../platform/notify.ts";
import type { ChangeLimitsInput } from "./input.ts";
import { changesOf } from "./read.ts";
import { changesFrom, laxerTls, limitKeyOf } from "./rules.ts";
import type { LimitChanges, LimitValues } from "./types.ts";

const AS_SHIPPED = {
  connections: null,
  messagesPerConnection: null,
  messagesPerSecond: null,
  connectionsPerMinute: null,
  tls: null,
  idleSeconds: null,
  siteConnections: null,
  siteMessagesPerSecond: null,
  perDay: null,
  overallPerHour: null,
  overallPerDay: null,
} satisfies Record<keyof LimitValues, null>;

/**
 * Sets the limits of a provider's lanes, or of everybody else's: what is empty or as shipped is no change. Lanes at work
 * look at the revision, and begin anew with what is set now. Whoever began from a state before is told so.
 */
export function changeLimits(
  ctx: AdminCtx,
  input: ChangeLimitsInput,
): Promise<Result<{ revision: number; isChanged: boolean }>> {
  const { key, revision, laxerTls: isLaxerWanted, ...wanted } = input;
  const set = findLimitSet(key);
  if (!set) return Promise.resolve(refuse("There is no such provider."));
  const changes = changesFrom(set.shipped, wanted);
  const uneven = siteRefusal(set, changes);
  if (uneven) return Promise.resolve(uneven);
  return withTransaction(ctx, async (tx) => {
    const [row] = await tx.db.select().from(limitChanges).where(eq(limitChanges.key, key)).for("update");
    if ((row?.revision ?? 0) !== revision) return refuseLate(tx, key);
    const before = row ? changesOf(row) : {};
    const news = describe(set, before, changes);
    if (news.length === 0) return { ok: true, revision, isChanged: false };
    const warning = changes.tls && changes.tls !== before.tls ? laxerTls(set, changes.tls) : null;
    if (warning && !isLaxerWanted) {
      const sentence = `${warning} Tick that you want it.`;
      return refuse(sentence, { laxerTls: sentence });
    }
    const values = {
      ...AS_SHIPPED,
      ...changes,
      changedAt: ctx.now(),
      changedBy: tx.actor.kind === "user" ? tx.actor.userId : null,
    };
    // Two may make the first change at once, when there is no row to lock yet.
    const [saved] = await tx.db
      .insert(limitChanges)
      .values({ key, ...values })
      .onConflictDoUpdate({
        target: limitChanges.key,
        set: { ...values, revision: sql`${limitChanges.revision} + 1` },
        setWhere: eq(limitChanges.revision, revision),
      })
      .returning({ revision: limitChanges.revision });
    if (!saved) return refuseLate(tx, key);
    await renewLanes(tx, key, news);
    await recordAudit(tx, {
      action: "limits.change",
      target: `${set.name}: ${news.join(", ")}`,
      details: { key, before, after: changes },
    });
    await notifyLive(tx.db, "lanes");
    return { ok: true, revision: saved.revision, isChanged: true };
  });
}

/** Says so on each lane that it concerns. Those that rest because a quota is used up may have another now. */
async function renewLanes(tx: AdminCtx, key: string, news: string[]): Promise<void> {
  const rows = await tx.db.select({ id: lanes.id, bucket: lanes.bucket }).from(lanes).orderBy(lanes.id);
  const ids = rows.filter((lane) => limitKeyOf(lane.bucket) === key).map((lane) => lane.id);
  await tx.db
    .update(lanes)
    .set({ wakeAt: sql`now()`, revision: sql`${lanes.revision} + 1` })
    .where(inArray(lanes.id, ids));
  if (ids.length === 0) return;
  const userId = tx.actor.kind === "user" ? tx.actor.userId : null;
  const event = { kind: "limits" as const, detail: { limits: news }, userId };
  await tx.db.insert(laneEvents).values(ids.map((laneId) => ({ laneId, ...event })));
}

/** One site of many cannot have more connections than the lane has for all of them. */
function siteRefusal({ shipped }: LimitSet, changes: LimitChanges): Refusal | null {
  const { connections, siteConnections } = { ...shipped, ...changes };
  if (siteConnections === undefined || siteConnections <= connections) return null;
  const sentence = `The lane has ${connections} in all: not more than that to one site.`;
  return refuse(sentence, { siteConnections: sentence });
}

async function refuseLate(ctx: AdminCtx, key: string): Promise<Refusal> {
  const [row] = await ctx.db
    .select({ at: limitChanges.changedAt, who: users.name })
    .from(limitChanges)
    .leftJoin(users, eq(users.id, limitChanges.changedBy))
    .where(eq(limitChanges.key, key));
  const when = row ? ` at ${row.at.toISOString().slice(11, 16)} UTC` : "";
  return refuse(
    `${row?.who ?? "Somebody else"} changed these limits${when}, after you opened them. Nothing of yours is saved.`,
  );
}

const WORDS: Record<keyof LimitValues, string> = {
  connections: "connections",
  messagesPerConnection: "messages a connection",
  messagesPerSecond: "messages a second",
  connectionsPerMinute: "connections a minute",
  tls: "TLS",
  idleSeconds: "idle seconds",
  siteConnections: "connections to a site",
  siteMessagesPerSecond: "messages a second to a site",
  perDay: "messages a day of a source",
  overallPerHour: "messages an hour in all",
  overallPerDay: "messages a day in all",
};

/** "connections 5 to 1", for each field that is another than before. */
function describe({ shipped }: LimitSet, before: LimitChanges, after: LimitChanges): string[] {
  return (Object.keys(shipped) as (keyof LimitValues)[])
    .map((field) => ({ field, from: before[field] ?? shipped[field], to: after[field] ?? shipped[field] }))
    .filter(({ from, to }) => from !== to)
    .map(({ field, from, to }) => `${WORDS[field]} ${said(from)} to ${said(to)}`);
}

const said = (value: number | string | null | undefined): string =>
  value?.toLocaleString("en") ?? "without limit";
