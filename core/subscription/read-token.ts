import { and, asc, eq, isNull } from "drizzle-orm";
import { lists, subscribers, subscriptions, workspaces } from "#db/schema/index.ts";
import type { SubscriptionStatus } from "../list/types.ts";
import { linkKeys } from "../mail/link-keys.ts";
import { readManageToken, type TokenRecipient } from "../mail/links.ts";
import type { Ctx } from "../platform/context.ts";

export type PublicWorkspace = {
  id: number;
  name: string;
  brandColor: string;
  logoFileId: string | null;
  postalAddress: string;
};

export type ManagedList = {
  id: number;
  name: string;
  description: string;
  isPublic: boolean;
  /** null: never had anything to do with it. */
  status: SubscriptionStatus | null;
  /** Was confirmed once: an undo brings back only those. */
  wasOn: boolean;
};

/** The person behind an unsubscribe or preference link, and where they stand with each list. */
export type Managed = {
  token: TokenRecipient;
  workspace: PublicWorkspace;
  /** null: a test mail, or a person who was erased. */
  person: { id: number; address: string; addressKey: string } | null;
  lists: ManagedList[];
  /** The lists that this link unsubscribes from; all of them where the audience came by segment alone. */
  linkLists: ManagedList[];
};

/** Reads a manage token; null where it is forged, cut or made for another purpose, or the workspace is gone. */
export async function readManaged(ctx: Ctx, token: string): Promise<Managed | null> {
  const recipient = readManageToken(linkKeys(ctx.settings.secret), token);
  if (!recipient) return null;
  const workspace = await findPublicWorkspace(ctx, recipient.workspace);
  if (!workspace) return null;
  const person =
    recipient.subscriber === null ? null : await findPerson(ctx, workspace.id, recipient.subscriber);
  const found = await ctx.db
    .select({
      id: lists.id,
      name: lists.name,
      description: lists.description,
      isPublic: lists.isPublic,
      status: subscriptions.status,
      confirmedAt: subscriptions.confirmedAt,
    })
    .from(lists)
    .leftJoin(
      subscriptions,
      and(eq(subscriptions.listId, lists.id), eq(subscriptions.subscriberId, person?.id ?? 0)),
    )
    .where(and(eq(lists.workspaceId, workspace.id), isNull(lists.archivedAt)))
    .orderBy(asc(lists.name));
  const rows = found.map(({ confirmedAt, ...list }) => ({ ...list, wasOn: confirmedAt !== null }));
  const linkLists =
    recipient.lists.length === 0
      ? rows.filter((row) => row.status)
      : rows.filter((row) => recipient.lists.includes(row.id));
  return { token: recipient, workspace, person, lists: rows, linkLists };
}

export async function findPublicWorkspace(ctx: Ctx, id: number): Promise<PublicWorkspace | null> {
  const [row] = await ctx.db
    .select({
      id: workspaces.id,
      name: workspaces.name,
      brandColor: workspaces.brandColor,
      logoFileId: workspaces.logoFileId,
      postalAddress: workspaces.postalAddress,
    })
    .from(workspaces)
    .where(eq(workspaces.id, id));
  return row ?? null;
}

async function findPerson(ctx: Ctx, workspaceId: number, subscriberId: number): Promise<Managed["person"]> {
  const [row] = await ctx.db
    .select({ id: subscribers.id, address: subscribers.address, addressKey: subscribers.addressKey })
    .from(subscribers)
    .where(
      and(
        eq(subscribers.id, subscriberId),
        eq(subscribers.workspaceId, workspaceId),
        isNull(subscribers.erasedAt),
      ),
    );
  return row ?? null;
}

/** `i…@almeida.example`: a forwarded mail must not tell the whole address. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf("@");
  return at < 1 ? "…" : `${[...address][0]}…${address.slice(at)}`;
}
