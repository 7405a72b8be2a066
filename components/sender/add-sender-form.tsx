import { ActionForm } from "#components/ui/form.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { TextField } from "#components/ui/text-field.tsx";

/** A new sender: what recipients see, and where their replies go. */
export function AddSenderForm({ action }: { action: FormAction }) {
  return (
    <ActionForm action={action} success="The sender is added." label="Add a sender" resetOnSuccess>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <TextField name="name" label="Name" help="What recipients see first." maxLength={100} required />
        <TextField name="address" label="Address" type="email" required />
      </div>
      <TextField
        name="replyTo"
        label="Replies to"
        type="email"
        help="Empty: to the address itself."
        className="sm:max-w-[calc(50%-8px)]"
        optional
      />
      <div>
        <SubmitButton>Add the sender</SubmitButton>
      </div>
    </ActionForm>
  );
}
