import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { hrefWith } from "#components/ui/href.ts";
import type { Outcome } from "#components/ui/outcome.ts";
import { OutcomeLabel } from "#components/ui/outcome-icon.tsx";
import { ReplyText } from "#components/ui/reply-text.tsx";
import { Time } from "#components/ui/time.tsx";
import type { RecipientRow } from "#core/campaign/report/recipients.ts";

/** Recipients in the order of sending, each with what was last said. */
export function RecipientTable({
  rows,
  next,
  after,
  path,
  query,
  zone,
  isFiltered,
}: {
  rows: RecipientRow[];
  next: number | null;
  after: number;
  path: string;
  query: Record<string, string | string[] | undefined>;
  zone: string;
  isFiltered: boolean;
}) {
  return (
    <DataTable
      caption="Recipients"
      big
      rows={rows}
      rowKey={(row) => row.seq}
      rowHref={(row) => `${path}/${row.seq}`}
      pager={{
        text: "In order of sending",
        back: after ? hrefWith(path, query, { after: null }) : null,
        next: next ? hrefWith(path, query, { after: next }) : null,
      }}
      empty={
        <EmptyState title="No recipient matches">
          {isFiltered
            ? "Take one of the filters away."
            : "The audience is frozen when the campaign starts, and stands here from then on."}
        </EmptyState>
      }
      columns={[
        {
          key: "address",
          head: "Recipient",
          width: "30%",
          cell: (row) => <span className="[overflow-wrap:anywhere]">{row.address}</span>,
        },
        {
          key: "state",
          head: "State",
          cell: (row) => <OutcomeLabel outcome={row.state as Outcome}>{row.state}</OutcomeLabel>,
        },
        {
          key: "verdict",
          head: "Verdict",
          cell: (row) =>
            row.verdict ? (
              <span className="whitespace-nowrap">{row.verdict.replaceAll("-", " ")}</span>
            ) : null,
        },
        {
          key: "reply",
          head: "Last reply",
          width: "40%",
          phone: "line",
          // In a cell of its own width: a long reply is cut, not the table widened.
          cell: (row) =>
            row.reply ? (
              <span className="grid w-0 min-w-full">
                <ReplyText quiet>{[row.code, row.reply].filter(Boolean).join(" ")}</ReplyText>
              </span>
            ) : (
              ""
            ),
        },
        {
          key: "when",
          head: "When",
          quiet: true,
          cell: (row) =>
            row.settledAt ? (
              <span className="whitespace-nowrap">
                <Time at={row.settledAt} zone={zone} />
              </span>
            ) : (
              ""
            ),
        },
      ]}
    />
  );
}
