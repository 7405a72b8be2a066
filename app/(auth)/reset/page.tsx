import type { Metadata } from "next";
import Link from "next/link";
import { AuthShell } from "#components/shell/auth-shell.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { TextField } from "#components/ui/text-field.tsx";
import { RESET_HOURS } from "#core/user/rules.ts";
import { requestResetAction } from "../actions.ts";

export const metadata: Metadata = { title: "Forgot your password" };

export default async function Page({ searchParams }: PageProps<"/reset">) {
  const { sent } = await searchParams;
  const back = (
    <Link className="link" href="/login">
      Back to log in
    </Link>
  );
  if (sent) {
    return (
      <AuthShell title="Check your mail" footer={back}>
        <p>
          If there is an account with this address, a mail with a link is on its way. The link works once, for{" "}
          {RESET_HOURS} hours.
        </p>
      </AuthShell>
    );
  }
  return (
    <AuthShell title="Forgot your password" lead="A link to set a new one comes by mail." footer={back}>
      <ActionForm action={requestResetAction} label="Forgot your password">
        <TextField name="address" label="E-mail address" type="email" autoComplete="username" required />
        <SubmitButton wide>Send the link</SubmitButton>
      </ActionForm>
    </AuthShell>
  );
}
