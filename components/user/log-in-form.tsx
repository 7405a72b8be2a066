import { ActionForm } from "#components/ui/form.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { TextField } from "#components/ui/text-field.tsx";

/** Address and password. `next` is where to go then. */
export function LogInForm({ action, next }: { action: FormAction; next: string }) {
  return (
    <ActionForm action={action} values={{ next }} label="Log in">
      <TextField name="address" label="E-mail address" type="email" autoComplete="username" required />
      <TextField name="password" label="Password" type="password" autoComplete="current-password" required />
      <SubmitButton wide>Log in</SubmitButton>
    </ActionForm>
  );
}
