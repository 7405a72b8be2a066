import type { Metadata } from "next";
import { AuthShell } from "#components/shell/auth-shell.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import { LinkButton } from "#components/ui/link-button.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { TextField } from "#components/ui/text-field.tsx";
import { NewPasswordField } from "#components/user/new-password-field.tsx";
import { readInvitation } from "#core/user/accept-invitation.ts";
import { ROLE_CAN } from "#core/user/types.ts";
import { makeContext } from "../../../_server/context.ts";
import { acceptInvitationAction } from "../../actions.ts";

export const metadata: Metadata = { title: "Invitation", referrer: "no-referrer" };

export default async function Page({ params }: PageProps<"/invite/[token]">) {
  const { token } = await params;
  const invitation = await readInvitation(makeContext({ kind: "system" }), { token });
  if (!invitation) {
    return (
      <AuthShell
        title="This invitation no longer works"
        lead="It was used, taken back, or is too old. Whoever invited you can send a new one."
      >
        <LinkButton href="/login">Log in</LinkButton>
      </AuthShell>
    );
  }
  const { workspace, role, address, hasAccount } = invitation;
  const lead = role
    ? `You will be ${role}: ${ROLE_CAN[role]}`
    : "You will be administrator of this installation.";
  return (
    <AuthShell title={`Come in to ${workspace ?? "the administration"}`} lead={lead}>
      <ActionForm action={acceptInvitationAction} values={{ token }} label="Accept the invitation">
        <TextField
          name="address"
          label="E-mail address"
          value={address}
          autoComplete="username"
          help={hasAccount ? "You have an account already." : undefined}
          readOnly
        />
        {hasAccount ? (
          <TextField
            name="password"
            label="Password"
            type="password"
            autoComplete="current-password"
            required
          />
        ) : (
          <>
            <TextField name="name" label="Your name" autoComplete="name" maxLength={100} required />
            <NewPasswordField />
          </>
        )}
        <SubmitButton wide>Accept the invitation</SubmitButton>
      </ActionForm>
    </AuthShell>
  );
}
