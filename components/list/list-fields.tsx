import { Checkbox, RadioCards } from "#components/ui/choice.tsx";
import { TextArea, TextField } from "#components/ui/text-field.tsx";

/** The fields of a list, new or changed. */
export function ListFields({
  list,
}: {
  list?: { name: string; description: string; optIn: string; isPublic: boolean };
}) {
  return (
    <>
      <TextField
        name="name"
        label="Name"
        help="People see it on forms and in their preferences."
        required
        maxLength={80}
        defaultValue={list?.name}
      />
      <TextArea
        name="description"
        label="Description"
        help="What they get, and how often."
        optional
        maxLength={300}
        rows={2}
        defaultValue={list?.description}
      />
      <RadioCards
        name="optIn"
        label="How people join by a form"
        defaultValue={list?.optIn ?? "double"}
        choices={[
          {
            value: "double",
            label: "Double opt-in",
            help: "They confirm by a link in a mail. Proof that the address is theirs.",
          },
          {
            value: "single",
            label: "Single opt-in",
            help: "They are in at once. Anybody can type anybody's address.",
          },
        ]}
      />
      <Checkbox
        name="isPublic"
        label="Show it on the preference page"
        defaultChecked={list?.isPublic ?? true}
      />
    </>
  );
}
