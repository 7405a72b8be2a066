import { and, eq, isNull, sql } from "drizzle-orm";
import { recordAudit } from "#core/platform/audit.ts";
import {
  type AdminCtx,
  type Ctx,
  type Result,
  refuse,
  requireRole,
  type WorkspaceCtx,
} from "#core/platform/context.ts";
import { takeFromBudget } from "#core/platform/rate-limit.ts";
import { withRefusals } from "#core/platform/with-refusals.ts";
import { CATALOGUE, composeSystemMail } from "#core/system-mail/catalogue.ts";
import { enqueueSystemMail } from "#core/system-mail/enqueue.ts";
import { invitations, memberships, users, workspaces } from "#db/schema/index.ts";
import type { InviteAdministratorInput, InviteMemberInput } from "./input.ts";
import { INVITATION_DAYS, INVITATIONS_PER_PERSON } from "./rules.ts";
import { workspaceForMailTo } from "./send-reset.ts";
import { makeToken } from "./token.ts";
import { ROLE_CAN, type WorkspaceRole } from "./types.ts";

type Invited = { invitationId: number; address: string; link: string };

/** Mails an invitation to this workspace; an older one to the same address stops working. Owners only. */
export async function inviteMember(ctx: WorkspaceCtx, input: InviteMemberInput): Promise<Result<Invited>> {
  requireRole(ctx, "owner");
  const [member] = await ctx.db
    .select({ role: memberships.role })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(and(eq(memberships.workspaceId, ctx.workspaceId), eq(users.addressKey, input.address.addressKey)));
  if (member) return refuse("They are in this workspace already.", { address: "They are in already." });
  const [workspace] = await ctx.db
    .select({ id: workspaces.id, name: workspaces.name, brandColor: workspaces.brandColor })
    .from(workspaces)
    .where(eq(workspaces.id, ctx.workspaceId));
  if (!workspace) return refuse("This workspace is gone.");
  return invite(ctx, {
    ...input,
    workspaceId: ctx.workspaceId,
    mailFrom: workspace,
    place: workspace.name,
    can: `You will be ${input.role}: ${ROLE_CAN[input.role]}`,
  });
}

/** Mails an invitation to become administrator of the installation. */
export async function inviteAdministrator(
  ctx: AdminCtx,
  input: InviteAdministratorInput,
): Promise<Result<Invited>> {
  const [user] = await ctx.db
    .select({ isAdministrator: users.isAdministrator })
    .from(users)
    .where(eq(users.addressKey, input.address.addressKey));
  if (user?.isAdministrator)
    return refuse("They are administrator already.", { address: "They are already." });
  const mailFrom = await workspaceForMailTo(ctx, ctx.actor.kind === "user" ? ctx.actor.userId : 0);
  if (!mailFrom) return refuse("Make a workspace first: its sender carries the mail.");
  return invite(ctx, {
    ...input,
    role: null,
    workspaceId: null,
    mailFrom,
    place: "the administration",
    can: "You will be administrator: sources, domains, people and workspaces.",
  });
}

async function invite(
  ctx: Ctx,
  input: {
    address: { address: string; addressKey: string };
    role: WorkspaceRole | null;
    workspaceId: number | null;
    mailFrom: { id: number; name: string; brandColor: string };
    place: string;
    can: string;
  },
): Promise<Result<Invited>> {
  const inviterId = ctx.actor.kind === "user" ? ctx.actor.userId : null;
  const { waitSeconds } = await takeFromBudget(ctx.db, `invite:user:${inviterId}`, INVITATIONS_PER_PERSON);
  if (waitSeconds > 0)
    return refuse(`Many were invited in this hour. Go on in ${Math.ceil(waitSeconds / 60)} minutes.`);
  const { token, tokenHash } = makeToken();
  return withRefusals(ctx, async (ctx) => {
    const [inviter] = inviterId
      ? await ctx.db.select({ name: users.name }).from(users).where(eq(users.id, inviterId))
      : [];
    await ctx.db
      .update(invitations)
      .set({ revokedAt: sql`now()` })
      .where(
        and(
          sql`${invitations.workspaceId} is not distinct from ${input.workspaceId}`,
          eq(invitations.addressKey, input.address.addressKey),
          isNull(invitations.acceptedAt),
          isNull(invitations.revokedAt),
        ),
      );
    const [row] = await ctx.db
      .insert(invitations)
      .values({
        workspaceId: input.workspaceId,
        role: input.role,
        asAdministrator: input.role === null,
        address: input.address.address,
        addressKey: input.address.addressKey,
        tokenHash,
        invitedBy: inviterId,
        expiresAt: sql`now() + make_interval(days => ${INVITATION_DAYS})`,
      })
      .returning({ id: invitations.id });
    const link = `${ctx.settings.appUrl}/invite/${token}`;
    const letter = CATALOGUE.invitation({
      workspace: input.place,
      inviter: inviter?.name ?? "An administrator",
      can: input.can,
      link,
      days: INVITATION_DAYS,
    });
    const mail = await enqueueSystemMail(ctx, {
      workspaceId: input.mailFrom.id,
      kind: "invitation",
      to: input.address.address,
      ...composeSystemMail(input.mailFrom, letter),
    });
    if (!mail.ok) return mail;
    await recordAudit(ctx, {
      ...(input.workspaceId !== null && { workspaceId: input.workspaceId }),
      action: "user.invite",
      target: input.address.address,
      details: { role: input.role ?? "administrator" },
    });
    return {
      ok: true as const,
      invitationId: (row as { id: number }).id,
      address: input.address.address,
      link,
    };
  });
}
