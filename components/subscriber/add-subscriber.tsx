import type { ReactNode } from "react";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { MultiSelect } from "#components/ui/multi-select.tsx";
import { TextArea, TextField } from "#components/ui/text-field.tsx";

/** The button and dialog that add one person by hand. */
export function AddSubscriber({
  action,
  lists,
  icon,
}: {
  action: FormAction;
  lists: { id: number; name: string }[];
  icon: ReactNode;
}) {
  return (
    <FormDialog
      label="Add subscriber"
      variant="primary"
      icon={icon}
      title="Add a subscriber"
      action={action}
      confirmLabel="Add"
    >
      <TextField name="address" label="E-mail address" type="email" required maxLength={254} />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField name="firstName" label="First name" optional maxLength={200} />
        <TextField name="lastName" label="Last name" optional maxLength={200} />
      </div>
      <MultiSelect
        name="listIds"
        label="Lists"
        options={lists.map((list) => ({ value: String(list.id), label: list.name }))}
      />
      <TextArea
        name="consent"
        label="How they agreed"
        help="Stored as proof, with your name and the time."
        optional
        rows={2}
        maxLength={1000}
      />
    </FormDialog>
  );
}
