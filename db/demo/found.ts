import { and, asc, desc, eq, isNull, sql } from "drizzle-orm";
import type { AdminCtx, Ctx } from "#core/platform/context.ts";
import { firstRunToken } from "#core/platform/secrets.ts";
import { endAllSessions } from "#core/user/end-session.ts";
import { resetAdministrator } from "#core/user/reset-administrator.ts";
import { makeToken } from "#core/user/token.ts";
import { createWorkspace } from "#core/workspace/create.ts";
import { setUp } from "#core/workspace/set-up.ts";
import type { Db } from "#db/client.ts";
import { auditEvents, poolSources, pools, senderDomains, senders, sources, users } from "#db/schema/index.ts";
import type { DemoSource } from "./house.ts";

export const BEGUN = "demo.begin";
export const MADE = "demo.make";

/** What the demo begins with: a workspace, its owner, and how the owner logs in where the demo made the account. */
export type Ground = { workspaceId: number; slug: string; ownerId: number; logIn: LogIn | null };
export type LogIn = { address: string; password: string };

const OWNER = {
  name: "Mara Lindqvist",
  address: "mara@nordkai.example",
  addressKey: "mara@nordkai.example",
  domain: "nordkai.example",
  local: "mara",
  ok: true as const,
};

/** The demo's workspace, as far as it has come; null where none was begun. */
export async function findDemo(db: Db): Promise<{ workspaceId: number; isComplete: boolean } | null> {
  const [row] = await db
    .select({ workspaceId: auditEvents.workspaceId, action: auditEvents.action })
    .from(auditEvents)
    .where(sql`${auditEvents.action} in (${BEGUN}, ${MADE}) and ${auditEvents.workspaceId} is not null`)
    .orderBy(desc(auditEvents.id))
    .limit(1);
  return row?.workspaceId ? { workspaceId: row.workspaceId, isComplete: row.action === MADE } : null;
}

/**
 * Makes the workspace. On a new installation by the first run's own verb, with a random password that nobody knows but
 * who reads it on the terminal; otherwise the first administrator becomes its owner and keeps the password they have.
 */
export async function foundWorkspace(ctx: Ctx, db: Db, sandboxBlock: string): Promise<Ground> {
  const [administrator] = await db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.isAdministrator, true), isNull(users.disabledAt)))
    .orderBy(asc(users.id))
    .limit(1);
  if (!administrator) return foundHouse(ctx, sandboxBlock);
  const asOwner: AdminCtx = {
    ...ctx,
    actor: { kind: "user", userId: administrator.id, ip: null },
    administrator: true,
  };
  const refusals: string[] = [];
  for (const [slug, domain] of [
    ["nordkai", "nordkai.example"],
    ["nordkai-demo", "nordkai-demo.example"],
  ] as const) {
    const made = await createWorkspace(asOwner, workspaceInput(slug, domain));
    if (made.ok) {
      // A run that was interrupted made the account and never told its password.
      const isOurs = await db.$count(
        users,
        and(eq(users.id, administrator.id), eq(users.addressKey, OWNER.addressKey), isNull(users.lastSeenAt)),
      );
      const reset = isOurs > 0 ? await resetAdministrator(ctx, { address: OWNER.address }) : null;
      return {
        workspaceId: made.workspaceId,
        slug,
        ownerId: administrator.id,
        logIn: reset?.ok ? reset : null,
      };
    }
    refusals.push(made.reason);
  }
  throw new Error(`There is no room for the demo workspace: ${refusals.join(" ")}`);
}

async function foundHouse(ctx: Ctx, sandboxBlock: string): Promise<Ground> {
  const password = makeToken().token.slice(0, 20);
  const { senderAddress, name: workspaceName, ...rest } = workspaceInput("nordkai", "nordkai.example");
  const made = await setUp(
    ctx,
    {
      ...rest,
      senderAddress,
      workspaceName,
      name: OWNER.name,
      address: OWNER,
      password,
      token: firstRunToken(ctx.settings.secret),
    },
    { sandboxBlock },
  );
  if (!made.ok) throw new Error(`The demo could not set the installation up: ${made.reason}`);
  await endAllSessions(ctx, { userId: made.userId });
  const [row] = await ctx.db
    .select({ workspaceId: auditEvents.workspaceId })
    .from(auditEvents)
    .where(and(eq(auditEvents.action, "workspace.create"), eq(auditEvents.userId, made.userId)))
    .orderBy(desc(auditEvents.id))
    .limit(1);
  return {
    workspaceId: row!.workspaceId!,
    slug: made.slug,
    ownerId: made.userId,
    logIn: { address: OWNER.address, password },
  };
}

const workspaceInput = (slug: string, domain: string) => ({
  name: "Nordkai Coffee",
  slug,
  postalAddress: "Hafenstraße 4\n24103 Kiel\nGermany",
  timeZone: "Europe/Berlin",
  senderName: "Nordkai Coffee",
  senderAddress: {
    ok: true as const,
    address: `roast@${domain}`,
    addressKey: `roast@${domain}`,
    local: "roast",
    domain,
  },
});

/** What the workspace's mail leaves by: its pool, two local addresses in it, and the domain that signs. */
export async function findWays(
  db: Db,
  workspaceId: number,
  sandboxBlock: string,
): Promise<{
  poolId: number;
  senderDomainId: number;
  sources: [DemoSource, DemoSource];
}> {
  const [pool] = await db
    .select({ id: pools.id })
    .from(pools)
    .orderBy(desc(pools.isDefault), pools.id)
    .limit(1);
  const [domain] = await db
    .select({ id: senderDomains.id, name: senderDomains.name })
    .from(senders)
    .innerJoin(senderDomains, eq(senderDomains.id, senders.senderDomainId))
    .where(eq(senders.workspaceId, workspaceId))
    .limit(1);
  const inPool = () =>
    db
      .select({ id: sources.id, ip: sources.ip })
      .from(sources)
      .innerJoin(poolSources, eq(poolSources.sourceId, sources.id))
      .where(and(eq(poolSources.poolId, pool!.id), eq(sources.kind, "ip"), isNull(sources.removedAt)))
      .orderBy(sources.id)
      .limit(2);
  for (let n = (await inPool()).length; n < 2; n++) {
    const [made] = await db
      .insert(sources)
      .values({
        name: `Demo ${n + 1}`,
        kind: "ip",
        ip: `${sandboxBlock}.200.${11 + n}`,
        heloName: `demo${n + 1}.${domain!.name}`,
      })
      .returning({ id: sources.id });
    await db.insert(poolSources).values({ poolId: pool!.id, sourceId: made!.id });
  }
  const [one, two] = (await inPool()).map(({ id, ip }) => ({ id, ip: ip ?? "" }));
  return { poolId: pool!.id, senderDomainId: domain!.id, sources: [one!, two!] };
}
