import type { Metadata } from "next";
import { AuthShell } from "#components/shell/auth-shell.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import { LinkButton } from "#components/ui/link-button.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { NewPasswordField } from "#components/user/new-password-field.tsx";
import { readReset } from "#core/user/reset-password.ts";
import { makeContext } from "../../../_server/context.ts";
import { resetPasswordAction } from "../../actions.ts";

export const metadata: Metadata = { title: "New password", referrer: "no-referrer" };

export default async function Page({ params }: PageProps<"/reset/[token]">) {
  const { token } = await params;
  const found = await readReset(makeContext({ kind: "system" }), { token });
  if (!found) {
    return (
      <AuthShell title="This link no longer works" lead="It was used already, or it is too old.">
        <LinkButton href="/reset" variant="primary">
          Send a new link
        </LinkButton>
      </AuthShell>
    );
  }
  return (
    <AuthShell title="New password" lead={`For ${found.address}. All other sessions end.`}>
      <ActionForm action={resetPasswordAction} values={{ token }} label="New password">
        <input type="hidden" name="username" autoComplete="username" value={found.address} readOnly />
        <NewPasswordField label="New password" />
        <SubmitButton wide>Set the password and log in</SubmitButton>
      </ActionForm>
    </AuthShell>
  );
}
