import { z } from "zod";
import { ADDRESS_FAULTS, parseOwnAddress } from "#core/mail/address.ts";
import { PASSWORD_MAX, PASSWORD_MIN } from "./rules.ts";
import { WORKSPACE_ROLES } from "./types.ts";

/** An address that mail can be sent to, as `{address, addressKey, domain}`. */
export const Address = z
  .string()
  .max(1024)
  .transform((typed, ctx) => {
    const parsed = parseOwnAddress(typed);
    if (parsed.ok) return parsed;
    ctx.addIssue(ADDRESS_FAULTS[parsed.reason]);
    return z.NEVER;
  });

export const NewPassword = z
  .string()
  .min(PASSWORD_MIN, `Use ${PASSWORD_MIN} characters or more.`)
  .max(PASSWORD_MAX, `Use ${PASSWORD_MAX} characters at most.`);

export const PersonName = z
  .string()
  .trim()
  .min(1, "Say what to call you.")
  .max(100, "Use 100 characters at most.");

export const Token = z.string().regex(/^[\w-]{32}$/, "This link is not complete.");

/** Not parsed further: what is wrong with an address is not told here. */
export const LogInInput = z.object({
  address: z.string().max(1024),
  password: z.string().max(1024),
});
export type LogInInput = z.infer<typeof LogInInput>;

export const RequestResetInput = z.object({ address: Address });
export type RequestResetInput = z.infer<typeof RequestResetInput>;

export const ResetPasswordInput = z.object({ token: Token, password: NewPassword });
export type ResetPasswordInput = z.infer<typeof ResetPasswordInput>;

export const ChangePasswordInput = z.object({ password: z.string().max(1024), newPassword: NewPassword });
export type ChangePasswordInput = z.infer<typeof ChangePasswordInput>;

export const ChangeNameInput = z.object({ name: PersonName });
export type ChangeNameInput = z.infer<typeof ChangeNameInput>;

export const RevokeSessionInput = z.object({ sessionId: z.uuid() });
export type RevokeSessionInput = z.infer<typeof RevokeSessionInput>;

export const InviteMemberInput = z.object({ address: Address, role: z.enum(WORKSPACE_ROLES) });
export type InviteMemberInput = z.infer<typeof InviteMemberInput>;

export const InviteAdministratorInput = z.object({ address: Address });
export type InviteAdministratorInput = z.infer<typeof InviteAdministratorInput>;

export const InvitationInput = z.object({ invitationId: z.coerce.number().int().positive() });
export type InvitationInput = z.infer<typeof InvitationInput>;

/** `name` only for people without an account; `password` is then their new one. */
export const AcceptInvitationInput = z.object({
  token: Token,
  name: z.string().trim().max(100).optional(),
  password: z.string().min(1, "Type your password.").max(PASSWORD_MAX),
});
export type AcceptInvitationInput = z.infer<typeof AcceptInvitationInput>;

export const UserInput = z.object({ userId: z.coerce.number().int().positive() });
export type UserInput = z.infer<typeof UserInput>;

export const ChangeAdministratorInput = UserInput.extend({
  isAdministrator: z.stringbool().or(z.boolean()),
});
export type ChangeAdministratorInput = z.infer<typeof ChangeAdministratorInput>;
