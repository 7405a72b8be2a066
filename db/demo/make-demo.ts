import { and, eq } from "drizzle-orm";
import { resolveDomains } from "#core/domain/resolve.ts";
import { reconcileLedger } from "#core/ledger/reconcile.ts";
import { recordAudit } from "#core/platform/audit.ts";
import type { Ctx, WorkspaceId } from "#core/platform/context.ts";
import { checkSenderDomain } from "#core/sender-domain/check.ts";
import type { Db, Sql } from "#db/client.ts";
import { campaigns, subscribers, workspaces } from "#db/schema/index.ts";
import { type Arrival, admit, planArrivals } from "./audience.ts";
import { type Made, planCampaigns, runCampaign } from "./campaigns.ts";
import { clearDemo } from "./clear.ts";
import { BEGUN, findDemo, findWays, foundWorkspace, type LogIn, MADE } from "./found.ts";
import type { DemoWorld, House } from "./house.ts";
import type { Memory } from "./outcomes.ts";
import { keepReserve, leaveLaneNews, planAhead, suppressSome } from "./present.ts";
import { makeChance } from "./random.ts";
import { makeSegments, recountSegments } from "./segments.ts";
import { sendConfirmMails } from "./system-mail.ts";
import { beginWarmup, judgeWarmup } from "./warm-up.ts";
import { furnish } from "./workspace.ts";

const SEED = 48;

export type Demo = { slug: string; isNew: boolean; logIn: LogIn | null; people: number; campaigns: number };

/**
 * Makes the demo workspace: a coffee roastery with eight months behind it. Everybody in it is invented; what was sent
 * was frozen, settled and counted by the product's own verbs at their time, so all numbers agree. Once: where it is
 * there already nothing changes, and what an interrupted run left is made anew.
 */
export async function makeDemo(
  base: { db: Db; sql: Sql; settings: Ctx["settings"] },
  world: DemoWorld,
  options: { sandboxBlock: string; now?: Date; say?: (line: string) => void },
): Promise<Demo> {
  const now = options.now ?? new Date();
  const { db, sql, settings } = base;
  const ctx: Ctx = { db, now: () => now, actor: { kind: "system" }, settings };
  const found = await findDemo(db);
  if (found?.isComplete) return { ...(await describe(db, found.workspaceId)), isNew: false, logIn: null };
  if (found) {
    options.say?.("an earlier --demo was interrupted; it is made anew");
    await clearDemo(sql, found.workspaceId);
  }
  const ground = await foundWorkspace(ctx, db, options.sandboxBlock);
  const { workspaceId, ownerId } = ground;
  await recordAudit(ctx, { workspaceId, action: BEGUN, target: "Nordkai Coffee" });
  const house: House = {
    ...(await findWays(db, workspaceId, options.sandboxBlock)),
    db,
    sql,
    world,
    now,
    workspaceId,
    ownerId,
    chance: makeChance(SEED),
    at: (moment) => ({
      db,
      settings,
      now: () => moment,
      actor: { kind: "user", userId: ownerId, ip: null },
      workspaceId: workspaceId as WorkspaceId,
      role: "owner",
    }),
  };
  await live(house, options.say);
  const { differing, misplaced } = await reconcileLedger(db, now, 400);
  if (differing.length > 0 || misplaced > 0)
    throw new Error(`the demo's ledger does not add up: ${differing.join(", ")}; ${misplaced} misplaced`);
  await recordAudit(ctx, { workspaceId, action: MADE, target: "Nordkai Coffee" });
  return { ...(await describe(db, workspaceId)), isNew: true, logIn: ground.logIn };
}

/** Eight months in the order in which they happened. */
async function live(house: House, say?: (line: string) => void): Promise<void> {
  const furniture = await furnish(house);
  await beginWarmup(house);
  const { lists } = furniture.made;
  const arrivals = planArrivals(house, lists);
  await resolveDomains(
    house.at(house.now),
    { names: [...new Set(arrivals.map((one) => one.domain))] },
    house.world.dns,
  );
  const segments = await makeSegments(house);
  const made: Made = { ...furniture.made, segments };
  const people = new Map<number, Arrival>();
  const memory: Memory = { greylisted: new Set() };
  let next = 0;
  const admitUntil = async (moment: Date) => {
    const from = next;
    while (next < arrivals.length && arrivals[next]!.at <= moment) next++;
    const those = arrivals.slice(from, next);
    await admit(house, those, { ...furniture, ownerName: "Mara Lindqvist" });
    for (const one of those) people.set(one.id!, one);
    // The planner knows nothing of tables that were filled a moment ago, and a freeze then takes ten times as long.
    await house.sql`analyze subscribers, subscriptions, suppressions, domains, sites, streams, rollups`;
  };
  const plans = planCampaigns(house.now);
  for (const [n, plan] of plans.entries()) {
    if (n % 8 === 0) say?.(`demo: ${plan.at.toISOString().slice(0, 10)}, ${plan.name}`);
    await admitUntil(plan.at);
    await runCampaign(house, made, memory, plan, people);
  }
  await admitUntil(house.now);
  await sendConfirmMails(house, memory, arrivals, made.senderId);
  await suppressSome(house);
  await leaveLaneNews(house);
  await judgeWarmup(house);
  await keepReserve(house);
  await checkSenderDomain(house.at(house.now), { senderDomainId: house.senderDomainId }, house.world.dns);
  await planAhead(house, made);
  await recountSegments(house);
}

async function describe(
  db: Db,
  workspaceId: number,
): Promise<{ slug: string; people: number; campaigns: number }> {
  const [row] = await db
    .select({ slug: workspaces.slug })
    .from(workspaces)
    .where(eq(workspaces.id, workspaceId));
  if (!row) throw new Error("the demo workspace is gone");
  return {
    slug: row.slug,
    people: await db.$count(subscribers, eq(subscribers.workspaceId, workspaceId)),
    campaigns: await db.$count(
      campaigns,
      and(eq(campaigns.workspaceId, workspaceId), eq(campaigns.kind, "campaign")),
    ),
  };
}
