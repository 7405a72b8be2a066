import { MultiSelect } from "#components/ui/multi-select.tsx";
import { TextArea, TextField } from "#components/ui/text-field.tsx";

export type FormValues = {
  name: string;
  heading: string;
  promise: string;
  wording: string;
  buttonLabel: string;
  listIds: number[];
  fields: string[];
};

/** The fields of a sign-up form, new or changed. */
export function FormFields({
  form,
  lists,
  attributes,
}: {
  form?: FormValues;
  lists: { id: number; name: string }[];
  attributes: { key: string; label: string }[];
}) {
  return (
    <>
      <TextField
        name="name"
        label="Name"
        help="Only you see it, such as “Footer of the shop”."
        required
        maxLength={80}
        defaultValue={form?.name}
      />
      <MultiSelect
        name="listIds"
        label="Lists"
        help="What people sign up to."
        options={lists.map((list) => ({ value: String(list.id), label: list.name }))}
        defaultValues={(form?.listIds ?? (lists.length === 1 ? [lists[0]!.id] : [])).map(String)}
      />
      <TextField name="heading" label="Heading" required maxLength={120} defaultValue={form?.heading} />
      <TextArea
        name="promise"
        label="Promise"
        help="What they get, and how often."
        optional
        maxLength={1000}
        rows={2}
        defaultValue={form?.promise}
      />
      <TextArea
        name="wording"
        label="Consent"
        help="The words beside the tick box. They are stored with each sign-up as proof."
        required
        maxLength={1000}
        rows={2}
        defaultValue={form?.wording ?? "I want to get this by e-mail and can leave at any time."}
      />
      <TextField
        name="buttonLabel"
        label="Button"
        required
        maxLength={40}
        defaultValue={form?.buttonLabel ?? "Subscribe"}
      />
      <MultiSelect
        name="fields"
        label="Ask for more"
        help="Each question costs sign-ups."
        options={attributes.map((attribute) => ({ value: attribute.key, label: attribute.label }))}
        defaultValues={form?.fields ?? []}
      />
    </>
  );
}
