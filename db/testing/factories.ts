/** Small makers of rows for tests. Each returns what tests need most; everything has a default. */
import { eq } from "drizzle-orm";
import type { AdminCtx, Ctx, WorkspaceCtx, WorkspaceId } from "#core/platform/context.ts";
import type { Db } from "#core/platform/db.ts";
import type { WorkspaceRole } from "#core/user/types.ts";
import {
  campaigns,
  lists,
  memberships,
  poolSources,
  pools,
  segments,
  senderDomains,
  senders,
  sources,
  subscribers,
  subscriptions,
  suppressions,
  users,
  workspaces,
} from "#db/schema/index.ts";
import { uniqueId } from "./database.ts";

const SETTINGS = { appUrl: "http://localhost:3000", secret: "test-secret-test-secret-test-secret" };

/** What a job of the worker gets. */
export function systemCtx(db: Db, now: () => Date = () => new Date()): Ctx {
  return { db, now, actor: { kind: "system" }, settings: SETTINGS };
}

/** A person in a workspace, without a row for the person unless `userId` names one. */
export function workspaceCtx(
  db: Db,
  workspaceId: number,
  options: { role?: WorkspaceRole; userId?: number; now?: () => Date } = {},
): WorkspaceCtx {
  const actor: Ctx["actor"] = options.userId
    ? { kind: "user", userId: options.userId, ip: null }
    : { kind: "system" };
  return {
    ...systemCtx(db, options.now),
    actor,
    workspaceId: workspaceId as WorkspaceId,
    role: options.role ?? "owner",
  };
}

export function adminCtx(db: Db, userId: number): AdminCtx {
  return { ...systemCtx(db), actor: { kind: "user", userId, ip: null }, administrator: true };
}

export async function makeWorkspace(
  db: Db,
  values: Partial<typeof workspaces.$inferInsert> = {},
): Promise<typeof workspaces.$inferSelect> {
  const slug = uniqueId("ws");
  const [row] = await db
    .insert(workspaces)
    .values({ slug, name: slug, postalAddress: "1 Mill Lane\nMilltown", ...values })
    .returning();
  return row!;
}

export async function makeUser(
  db: Db,
  values: Partial<typeof users.$inferInsert> & { workspaceId?: number; role?: WorkspaceRole } = {},
): Promise<typeof users.$inferSelect> {
  const { workspaceId, role, ...rest } = values;
  const address = rest.address ?? `${uniqueId("user")}@example.com`;
  const [row] = await db
    .insert(users)
    .values({ name: "Mara", passwordHash: "none", addressKey: address.toLowerCase(), ...rest, address })
    .returning();
  if (workspaceId)
    await db.insert(memberships).values({ workspaceId, userId: row!.id, role: role ?? "owner" });
  return row!;
}

export async function makeList(
  db: Db,
  workspaceId: number,
  values: Partial<typeof lists.$inferInsert> = {},
): Promise<typeof lists.$inferSelect> {
  const [row] = await db
    .insert(lists)
    .values({ workspaceId, name: uniqueId("List "), ...values })
    .returning();
  return row!;
}

/** A subscriber; `listId` also gives a subscription (confirmed unless `status` says otherwise). */
export async function makeSubscriber(
  db: Db,
  workspaceId: number,
  values: Partial<typeof subscribers.$inferInsert> & {
    listId?: number;
    status?: (typeof subscriptions.$inferInsert)["status"];
  } = {},
): Promise<typeof subscribers.$inferSelect> {
  const { listId, status, ...rest } = values;
  const address = rest.address ?? `${uniqueId("person")}@example.com`;
  const [row] = await db
    .insert(subscribers)
    .values({
      workspaceId,
      addressKey: address.toLowerCase(),
      domain: address.slice(address.lastIndexOf("@") + 1).toLowerCase(),
      ...rest,
      address,
    })
    .returning();
  if (listId) await makeSubscription(db, row!, listId, status);
  return row!;
}

export async function makeSubscription(
  db: Db,
  subscriber: { id: number; workspaceId: number },
  listId: number,
  status: (typeof subscriptions.$inferInsert)["status"] = "confirmed",
): Promise<void> {
  const now = new Date();
  await db.insert(subscriptions).values({
    subscriberId: subscriber.id,
    workspaceId: subscriber.workspaceId,
    listId,
    status,
    confirmedAt: status === "confirmed" ? now : null,
    unsubscribedAt: status === "unsubscribed" ? now : null,
  });
}

export async function makeSegment(
  db: Db,
  workspaceId: number,
  rule: (typeof segments.$inferInsert)["rule"],
): Promise<typeof segments.$inferSelect> {
  const [row] = await db
    .insert(segments)
    .values({ workspaceId, name: uniqueId("Segment "), rule })
    .returning();
  return row!;
}

export async function makeSuppression(
  db: Db,
  values: Partial<typeof suppressions.$inferInsert> & { address: string },
): Promise<void> {
  await db.insert(suppressions).values({
    addressKey: values.address.toLowerCase(),
    reason: "recipient-dead",
    evidence: { source: "person" },
    ...values,
  });
}

/** A sender with a domain of its own; the key is no key, so give a real one where mail is signed. */
export async function makeSender(
  db: Db,
  workspaceId: number,
  values: { domain?: string; privateKey?: string; publicKey?: string; name?: string } = {},
): Promise<{ id: number; senderDomainId: number; address: string; domain: string }> {
  const domain = values.domain ?? `${uniqueId("sender")}.example`;
  const [signing] = await db
    .insert(senderDomains)
    .values({
      workspaceId,
      name: domain,
      dkimSelector: "lm1",
      dkimPrivateKey: values.privateKey ?? "none",
      dkimPublicKey: values.publicKey ?? "none",
    })
    .returning();
  const [row] = await db
    .insert(senders)
    .values({
      workspaceId,
      senderDomainId: signing!.id,
      name: values.name ?? "Mara",
      address: `hello@${domain}`,
    })
    .returning();
  return { id: row!.id, senderDomainId: signing!.id, address: row!.address, domain };
}

/** A campaign that could be launched; `audience` is what the test gives. */
export async function makeCampaign(
  db: Db,
  workspaceId: number,
  values: Partial<typeof campaigns.$inferInsert> = {},
): Promise<typeof campaigns.$inferSelect> {
  const [row] = await db
    .insert(campaigns)
    .values({
      workspaceId,
      name: uniqueId("Campaign "),
      subject: "News from the mill",
      html: '<p>Hello {{ subscriber.email }}</p><p><a href="https://example.com/a">Read</a></p>',
      ...values,
    })
    .returning();
  return row!;
}

/** A source in the default pool (or the one given), so that lanes can be made. */
export async function makeSource(
  db: Db,
  values: Partial<typeof sources.$inferInsert> & { poolId?: number } = {},
): Promise<typeof sources.$inferSelect> {
  const { poolId, ...rest } = values;
  const [row] = await db
    .insert(sources)
    .values({
      name: uniqueId("Source "),
      kind: "ip",
      ip: "127.0.0.1",
      heloName: "mail.example.com",
      ...rest,
    })
    .returning();
  const pool = poolId ?? (await db.select().from(pools).where(eq(pools.isDefault, true)).limit(1))[0]!.id;
  await db.insert(poolSources).values({ poolId: pool, sourceId: row!.id });
  return row!;
}

/** What somebody says on the last page before an import starts. */
export const importAnswers = (importId: number, listId: number) => ({
  importId,
  listIds: [listId],
  tags: [] as string[],
  standing: "confirmed" as const,
  consentStatement: "In the shop.",
  updateExisting: true,
});
