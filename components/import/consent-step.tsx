import Link from "next/link";
import { Banner } from "#components/ui/banner.tsx";
import { Checkbox, RadioCards } from "#components/ui/choice.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { LinkButton } from "#components/ui/link-button.tsx";
import { MultiSelect } from "#components/ui/multi-select.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { TextArea } from "#components/ui/text-field.tsx";
import type { Import } from "#core/import/read.ts";
import { readRow } from "#core/import/row.ts";
import { standingOfFileName } from "#core/import/rules.ts";
import type { AttributeType } from "#core/subscriber/types.ts";

/** Which lists, what they become, by which proof; and the first rows as they will be. */
export function ConsentStep({
  row,
  lists,
  tags,
  types,
  action,
  mapHref,
  listsHref,
}: {
  row: Import;
  lists: { id: number; name: string }[];
  tags: string[];
  types: ReadonlyMap<string, AttributeType>;
  action: FormAction;
  mapHref: string;
  listsHref: string;
}) {
  const standing = standingOfFileName(row.fileName);
  return (
    <div className="stack">
      {standing !== "confirmed" ? (
        <Banner
          tone="warning"
          title={
            standing === "unsubscribed"
              ? "This looks like a list of people who left."
              : "This looks like a list of dead addresses."
          }
        >
          Its name says so. Other tools tell the standing in the file's name only; importing these people as
          confirmed would write to who does not want it.
        </Banner>
      ) : null}
      <ActionForm action={action} values={{ importId: String(row.id) }} label="Consent">
        <Panel title="Who they are" className="max-w-3xl">
          <div className="grid gap-5">
            <RadioCards
              name="standing"
              label="These people"
              defaultValue={standing}
              choices={[
                {
                  value: "confirmed",
                  label: "agreed to get mail",
                  help: "They join the lists below. Who left, bounced or complained stays out.",
                },
                {
                  value: "pending",
                  label: "have not said yet",
                  help: "Each gets one mail that asks. Who confirms joins the lists below, the others get nothing more.",
                },
                {
                  value: "unsubscribed",
                  label: "have left",
                  help: "They are noted as unsubscribed from the lists below, also who is on them now.",
                },
                {
                  value: "suppressed",
                  label: "must not be mailed",
                  help: "Their addresses are suppressed in this workspace.",
                },
              ]}
            />
            {lists.length === 0 ? (
              <p className="text-table">
                There is no list to join yet.{" "}
                <Link className="link" href={listsHref}>
                  Create a list
                </Link>
                , then come back: the columns are saved.
              </p>
            ) : null}
            <MultiSelect
              name="listIds"
              label="Lists"
              options={lists.map((list) => ({ value: String(list.id), label: list.name }))}
              defaultValues={lists.length === 1 ? [String(lists[0]!.id)] : []}
            />
            <TextArea
              name="consentStatement"
              label="How they agreed"
              help="For people who agreed: one statement by you, stored with each of them beside the dates and IPs of the file."
              rows={2}
              maxLength={2000}
            />
            <MultiSelect
              name="tags"
              label="Tag them"
              options={tags.map((tag) => ({ value: tag, label: tag }))}
              create
            />
            <Checkbox
              name="updateExisting"
              label="Update people who are here already"
              help="Empty cells never take something away."
              defaultChecked
            />
          </div>
        </Panel>
        <div className="flex justify-end gap-3">
          <LinkButton href={mapHref}>Back</LinkButton>
          <SubmitButton>Start the import</SubmitButton>
        </div>
      </ActionForm>
      <Preview row={row} types={types} />
    </div>
  );
}

function Preview({ row, types }: { row: Import; types: ReadonlyMap<string, AttributeType> }) {
  const columns = row.mapping?.columns ?? [];
  const shown = (row.sample ?? [])
    .slice(0, 20)
    .map((cells, i) => ({ i, read: readRow(cells, columns, types), cells }));
  const labels = columns.flatMap((column) =>
    column.to === "attribute" ? [{ key: column.key, label: column.label }] : [],
  );
  return (
    <Panel title="The first rows, as they will be" flush>
      <DataTable
        bare
        cards={false}
        big
        caption="Preview of the first rows"
        rows={shown}
        rowKey={(one) => one.i}
        columns={[
          {
            key: "address",
            head: "Address",
            cell: ({ read, cells }) =>
              read.ok ? (
                read.row.address
              ) : (
                <span className="text-t-danger">{`${cells.join(", ").slice(0, 60)}: ${read.reason}`}</span>
              ),
          },
          ...labels.map(({ key, label }) => ({
            key,
            head: label,
            cell: ({ read }: (typeof shown)[number]) =>
              read.ok ? String(read.row.attributes[key] ?? "") : "",
          })),
          { key: "tags", head: "Tags", cell: ({ read }) => (read.ok ? read.row.tags.join(", ") : "") },
        ]}
      />
    </Panel>
  );
}
