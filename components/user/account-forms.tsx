import { ActionForm } from "#components/ui/form.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { Panel } from "#components/ui/panel.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { TextField } from "#components/ui/text-field.tsx";
import { NewPasswordField } from "./new-password-field.tsx";

/** What people change about themselves: name and password. */
export function AccountForms({
  user,
  changeName,
  changePassword,
}: {
  user: { name: string; address: string };
  changeName: FormAction;
  changePassword: FormAction;
}) {
  return (
    <>
      <Panel title="Name">
        <ActionForm action={changeName} success="Saved" label="Name">
          <TextField
            name="name"
            label="Your name"
            defaultValue={user.name}
            autoComplete="name"
            maxLength={100}
            required
          />
          <div>
            <SubmitButton>Save</SubmitButton>
          </div>
        </ActionForm>
      </Panel>
      <Panel title="Password" description="A new password ends all sessions but this one.">
        <ActionForm
          action={changePassword}
          success="Your password is changed. Other sessions were ended."
          label="Password"
          resetOnSuccess
        >
          <input type="hidden" name="username" autoComplete="username" value={user.address} readOnly />
          <TextField
            name="password"
            label="Password now"
            type="password"
            autoComplete="current-password"
            required
          />
          <NewPasswordField name="newPassword" label="New password" />
          <div>
            <SubmitButton variant="secondary">Change the password</SubmitButton>
          </div>
        </ActionForm>
      </Panel>
    </>
  );
}
