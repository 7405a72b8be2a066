import { ActionForm } from "#components/ui/form.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { formatNumber } from "#components/ui/format.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { SaveOnChange } from "#components/ui/save-on-change.tsx";
import { Select } from "#components/ui/select.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import type { Import } from "#core/import/read.ts";
import { looksLikeConsent } from "#core/import/rules.ts";
import type { ImportColumn } from "#core/import/types.ts";

type Attribute = { key: string; label: string; type: string };

/** A column's choice as the value of its field: what it becomes, and for attributes which one. */
export function choiceOf(column: ImportColumn | undefined, attributes: Attribute[]): string {
  if (!column) return "skip";
  if (column.to !== "attribute") return column.to;
  const order = column.order ? `:${column.order}` : "";
  return attributes.some((attribute) => attribute.key === column.key)
    ? `attribute:${column.key}${order}`
    : `new:${column.type}${order}`;
}

/** Says what each column of the file becomes, with its first values beside it. */
export function MapColumns({
  row,
  attributes,
  action,
  save,
  backHref,
}: {
  row: Import;
  attributes: Attribute[];
  action: FormAction;
  /** Saves a choice as it is made, so that all rows are tried against it. */
  save: FormAction;
  backHref: string;
}) {
  const columns = row.mapping?.columns ?? [];
  return (
    <ActionForm action={action} values={{ importId: String(row.id) }} label="Columns">
      <Panel title="Columns" description="The first values of each column, and where they go." flush>
        <SaveOnChange action={save}>
          <ul className="divide-y divide-separator">
            {columns.map((column, i) => {
              const head = row.header?.[i]?.trim() || `Column ${i + 1}`;
              return (
                <li
                  // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place in the file
                  key={i}
                  className="grid items-start gap-x-6 gap-y-2 px-4 py-3 md:grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)_minmax(0,220px)_minmax(0,1.1fr)]"
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
                  <Found row={row} column={column} at={i} head={head} />
                </li>
              );
            })}
          </ul>
        </SaveOnChange>
      </Panel>
      <div className="flex justify-end gap-3">
        <LinkButton href={backHref}>Back</LinkButton>
        <SubmitButton>Continue to consent</SubmitButton>
      </div>
    </ActionForm>
  );
}

/** What all rows say about a column: how many are filled, and what a person should look at. */
function Found({ row, column, at, head }: { row: Import; column: ImportColumn; at: number; head: string }) {
  const run = row.dryRun?.state === "done" ? row.dryRun : null;
  const filled = run?.filled[at];
  const valid = run ? run.rows - run.rejected : 0;
  const notes: string[] = [];
  if (column.to === "address" && run) {
    notes.push(`${formatNumber(valid)} of ${formatNumber(run.rows)} rows can be read`);
  } else if (filled !== undefined)
    notes.push(filled === 0 ? "empty in all rows" : `${formatNumber(filled)} filled`);
  if (column.to !== "agreed" && looksLikeConsent(head))
    notes.push("Looks like consent. Choose “Whether they agreed”, and who did not stays out.");
  if (column.to === "attribute" && column.type === "date" && isAmbiguous(row, at))
    notes.push(
      column.order
        ? `3/4/2026 is read as ${column.order === "day-first" ? "3 April" : "4 March"}`
        : "Dates like 3/4/2026 could be either: choose day or month first",
    );
  return (
    <span className="grid gap-1 text-help text-muted">
      {notes.map((note) => (
        <span key={note}>{note}</span>
      ))}
    </span>
  );
}

function isAmbiguous(row: Import, at: number): boolean {
  return (row.sample ?? []).some((cells) => /^\s*\d{1,2}\/\d{1,2}\/\d{4}\s*$/.test(cells[at] ?? ""));
}

function optionsFor(head: string, attributes: Attribute[]) {
  return [
    { value: "address", label: "E-mail address" },
    { value: "skip", label: "Do not import" },
    { value: "tags", label: "Tags" },
    { value: "consent-at", label: "When they agreed" },
    { value: "consent-ip", label: "IP address they agreed from" },
    { value: "agreed", label: "Whether they agreed" },
    ...(attributes.length > 0
      ? [
          {
            label: "Attributes",
            options: attributes.flatMap((attribute) => [
              { value: `attribute:${attribute.key}`, label: attribute.label },
              ...(attribute.type === "date"
                ? [
                    { value: `attribute:${attribute.key}:day-first`, label: `${attribute.label}, day first` },
                    {
                      value: `attribute:${attribute.key}:month-first`,
                      label: `${attribute.label}, month first`,
                    },
                  ]
                : []),
            ]),
          },
        ]
      : []),
    {
      label: `New attribute “${head}”`,
      options: [
        { value: "new:text", label: `${head} as text` },
        { value: "new:number", label: `${head} as number` },
        { value: "new:date", label: `${head} as date` },
        { value: "new:date:day-first", label: `${head} as date, day first` },
        { value: "new:date:month-first", label: `${head} as date, month first` },
        { value: "new:boolean", label: `${head} as yes or no` },
      ],
    },
  ];
}
