import { TextField } from "#components/ui/text-field.tsx";
import { PASSWORD_MAX, PASSWORD_MIN } from "#core/user/rules.ts";

/** A password to be chosen. */
export function NewPasswordField({
  name = "password",
  label = "Password",
}: {
  name?: string;
  label?: string;
}) {
  return (
    <TextField
      name={name}
      label={label}
      type="password"
      autoComplete="new-password"
      minLength={PASSWORD_MIN}
      maxLength={PASSWORD_MAX}
      help={`${PASSWORD_MIN} characters or more. Several words are easy to remember.`}
      required
    />
  );
}
