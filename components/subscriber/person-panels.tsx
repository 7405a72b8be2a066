import { ActionButton } from "#components/ui/action-button.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { MultiSelect } from "#components/ui/multi-select.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { TextArea, TextField } from "#components/ui/text-field.tsx";
import { Time } from "#components/ui/time.tsx";

type ListStanding = { listId: number; name: string; status: string | null; since: Date | null };

/** A person's standing with each list, and the buttons that change it. */
export function ListsPanel({
  rows,
  personId,
  zone,
  action,
}: {
  rows: ListStanding[];
  personId: number;
  zone: string;
  action: FormAction | null;
}) {
  return (
    <Panel title="Lists">
      <ul className="grid gap-3">
        {rows.map((row) => (
          <li key={row.listId} className="flex flex-wrap items-center justify-between gap-2">
            <span className="grid">
              <span className="font-medium">{row.name}</span>
              <span className="text-help text-muted">
                {row.status ?? "not on it"}
                {row.since ? (
                  <>
                    {" since "}
                    <Time at={row.since} zone={zone} as="day" />
                  </>
                ) : null}
              </span>
            </span>
            {row.status === "confirmed" ? <StatusChip tone="success">gets mail</StatusChip> : null}
            {action ? <Change row={row} personId={personId} action={action} /> : null}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Change({ row, personId, action }: { row: ListStanding; personId: number; action: FormAction }) {
  const values = { subscriberId: String(personId), listId: String(row.listId) };
  if (row.status === "confirmed" || row.status === "pending") {
    return (
      <ActionButton
        action={action}
        values={{ ...values, to: "unsubscribed", note: "" }}
        size="small"
        success={`Unsubscribed from ${row.name}.`}
      >
        Unsubscribe
      </ActionButton>
    );
  }
  return (
    <FormDialog
      label="Add"
      size="small"
      title={`Add to ${row.name}`}
      action={action}
      values={{ ...values, to: "confirmed" }}
      confirmLabel="Add"
      success={`Added to ${row.name}.`}
    >
      <TextArea
        name="note"
        label="How they agreed"
        help="Stored as proof."
        required
        rows={2}
        maxLength={1000}
      />
    </FormDialog>
  );
}

/** What is known of a person beside the address. */
export function AttributesPanel({
  person,
  attributes,
  tags,
  action,
}: {
  person: { id: number; attributes: Record<string, string | number | boolean | null>; tags: string[] };
  attributes: { key: string; label: string; type: string }[];
  tags: string[];
  action: FormAction | null;
}) {
  const all = [...new Set([...tags, ...person.tags])].map((tag) => ({ value: tag, label: tag }));
  return (
    <Panel title="About this person">
      {action ? (
        <ActionForm action={action} values={{ subscriberId: String(person.id) }} success="Saved" unsaved>
          {attributes.map(({ key, label, type }) => (
            <TextField
              key={key}
              name={`attributes.${key}`}
              label={label}
              type={type === "date" ? "date" : "text"}
              optional
              defaultValue={String(person.attributes[key] ?? "")}
              maxLength={2000}
            />
          ))}
          <MultiSelect name="tags" label="Tags" options={all} defaultValues={person.tags} create />
          <div>
            <SubmitButton>Save</SubmitButton>
          </div>
        </ActionForm>
      ) : (
        <dl className="grid gap-2 text-table">
          {attributes.map(({ key, label }) => (
            <div key={key} className="flex justify-between gap-4">
              <dt className="text-muted">{label}</dt>
              <dd>{String(person.attributes[key] ?? "unknown")}</dd>
            </div>
          ))}
        </dl>
      )}
    </Panel>
  );
}
