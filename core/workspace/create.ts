import { eq } from "drizzle-orm";
import { recordAudit } from "#core/platform/audit.ts";
import {
  type AdminCtx,
  CoreError,
  type Ctx,
  type Refusal,
  type Result,
  refuse,
} from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { insertSender } from "#core/sender/insert.ts";
import { type PreparedDomain, prepareDomain } from "#core/sender/prepare-domain.ts";
import { lists, memberships, workspaces } from "#db/schema/index.ts";
import type { CreateWorkspaceInput } from "./input.ts";

/** Makes a workspace with its default sender; the administrator who makes it becomes its owner. */
export async function createWorkspace(
  ctx: AdminCtx,
  input: CreateWorkspaceInput,
): Promise<Result<{ workspaceId: number; slug: string }>> {
  const { actor } = ctx;
  if (actor.kind !== "user") throw new CoreError("forbidden", "A workspace needs an owner.");
  const prepared = await prepareDomain(ctx, { workspaceId: null, domain: input.senderAddress.domain });
  if (!prepared.ok) return refuse(prepared.reason, { senderAddress: prepared.reason });
  return withTransaction(ctx, (ctx) => insertWorkspace(ctx, { ...input, ownerId: actor.userId, prepared }));
}

/** The rows of a new workspace, in the caller's transaction. */
export async function insertWorkspace(
  ctx: Ctx,
  input: CreateWorkspaceInput & { ownerId: number; prepared: PreparedDomain },
): Promise<Refusal | { ok: true; workspaceId: number; slug: string; senderDomainId: number }> {
  const [workspace] = await ctx.db
    .insert(workspaces)
    .values({
      slug: input.slug,
      name: input.name,
      postalAddress: input.postalAddress,
      timeZone: input.timeZone,
    })
    .onConflictDoNothing()
    .returning({ id: workspaces.id });
  if (!workspace) return refuse("This address is taken.", { slug: "Another workspace has it." });
  await ctx.db
    .insert(memberships)
    .values({ workspaceId: workspace.id, userId: input.ownerId, role: "owner" });
  const sender = await insertSender(ctx, {
    workspaceId: workspace.id,
    name: input.senderName,
    address: input.senderAddress.address,
    replyTo: null,
    prepared: input.prepared,
  });
  await ctx.db
    .update(workspaces)
    .set({ defaultSenderId: sender.senderId })
    .where(eq(workspaces.id, workspace.id));
  await ctx.db.insert(lists).values({ workspaceId: workspace.id, name: "Newsletter" });
  await recordAudit(ctx, { workspaceId: workspace.id, action: "workspace.create", target: input.name });
  return { ok: true, workspaceId: workspace.id, slug: input.slug, senderDomainId: sender.senderDomainId };
}
