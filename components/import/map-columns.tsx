import { ActionForm } from "#components/ui/form.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { Select } from "#components/ui/select.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { Import } from "#core/import/read.ts";
import type { ImportColumn } from "#core/import/types.ts";

type Attribute = { key: string; label: string; type: string };

/** A column's choice as the value of its field: what it becomes, and for attributes which one. */
export function choiceOf(column: ImportColumn | undefined, attributes: Attribute[]): string {
  if (!column) return "skip";
  if (column.to !== "attribute") return column.to;
  return attributes.some((attribute) => attribute.key === column.key)
    ? `attribute:${column.key}`
    : `new:${column.type}`;
}

/** Says what each column of the file becomes, with its first values beside it. */
export function MapColumns({
  row,
  attributes,
  action,
  backHref,
}: {
  row: Import;
  attributes: Attribute[];
  action: FormAction;
  backHref: string;
}) {
  const columns = row.mapping?.columns ?? [];
  return (
    <ActionForm action={action} values={{ importId: String(row.id) }} label="Columns">
      <Panel title="Columns" description="The first values of each column, and where they go." flush>
        <ul className="divide-y divide-separator">
          {columns.map((column, i) => {
            const head = row.header?.[i]?.trim() || `Column ${i + 1}`;
            return (
              <li
                // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place in the file
                key={i}
                className="grid items-start gap-x-6 gap-y-2 px-4 py-3 md:grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)_240px]"
              >
                <span className="font-medium break-words">{head}</span>
                <span className="grid font-mono text-table text-muted">
                  {(row.sample ?? []).slice(0, 3).map((cells, line) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: rows of a sample
                    <span key={line} className="truncate">
                      {cells[i] || "\u00a0"}
                    </span>
                  ))}
                </span>
                <Select
                  name="column"
                  label={`${head} goes to`}
                  hideLabel
                  small
                  defaultValue={choiceOf(column, attributes)}
                  options={optionsFor(head, attributes)}
                />
              </li>
            );
          })}
        </ul>
      </Panel>
      <div className="flex justify-end gap-3">
        <LinkButton href={backHref}>Back</LinkButton>
        <SubmitButton>Continue to consent</SubmitButton>
      </div>
    </ActionForm>
  );
}

function optionsFor(head: string, attributes: Attribute[]) {
  return [
    { value: "address", label: "E-mail address" },
    { value: "skip", label: "Do not import" },
    { value: "tags", label: "Tags" },
    { value: "consent-at", label: "When they agreed" },
    { value: "consent-ip", label: "IP address they agreed from" },
    ...(attributes.length > 0
      ? [
          {
            label: "Attributes",
            options: attributes.map((attribute) => ({
              value: `attribute:${attribute.key}`,
              label: attribute.label,
            })),
          },
        ]
      : []),
    {
      label: `New attribute “${head}”`,
      options: [
        { value: "new:text", label: `${head} as text` },
        { value: "new:number", label: `${head} as number` },
        { value: "new:date", label: `${head} as date` },
        { value: "new:boolean", label: `${head} as yes or no` },
      ],
    },
  ];
}
