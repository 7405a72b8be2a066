import Link from "next/link";
import { Banner } from "#components/ui/banner.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { Panel } from "#components/ui/panel.tsx";
import type { Import } from "#core/import/read.ts";
import type { DryRunExample, ImportDryRun } from "#core/import/types.ts";
import { DELIMITER_WORDS } from "./import-words.ts";

/** What is known of the file. */
export function FilePanel({ row }: { row: Import }) {
  const done = row.dryRun?.state === "done" ? row.dryRun : null;
  return (
    <Panel title="The file">
      <DefinitionList
        layout="rows"
        facts={[
          { term: "Rows", value: done ? formatNumber(done.rows) : "being counted" },
          { term: "Separated by", value: DELIMITER_WORDS[row.delimiter ?? ","] ?? row.delimiter },
          { term: "Characters", value: row.encoding },
          { term: "First row", value: row.hasHeader ? "column names" : "a person" },
        ]}
      />
    </Panel>
  );
}

const SHOWN = ["rejected", "doubles", "suppressed"] as const;
type Shown = (typeof SHOWN)[number];

/** Which rows of the dry run the address asks for. */
export const shownOf = (value: unknown): Shown | null => SHOWN.find((one) => one === value) ?? null;

/** What an import of all rows would do now. The terms add up to the rows of the file. */
export function DryRunPanel({ run, path }: { run: ImportDryRun | null; path: string }) {
  if (!run)
    return (
      <Panel title="If you import now">
        <p className="text-table text-muted">
          Say which column holds the e-mail address; then all rows are tried, and nothing is written.
        </p>
      </Panel>
    );
  const link = (key: Shown, n: number) =>
    n > 0 ? (
      <Link className="ink-link" href={`${path}?show=${key}#rows`} scroll={false}>
        {formatNumber(n)}
      </Link>
    ) : (
      "0"
    );
  const isDone = run.state === "done";
  return (
    <Panel
      title="If you import now"
      description={
        isDone
          ? "Dry run over all rows, nothing is written yet"
          : run.state === "failed"
            ? undefined
            : `Trying all rows, ${formatNumber(run.rows)} so far. You can go on meanwhile.`
      }
    >
      {run.state === "failed" ? (
        <Banner tone="warning">
          The rows could not be tried: an error of the system. The file and the columns are saved; change a
          column to try again, or go on.
        </Banner>
      ) : (
        <div className="grid gap-3" aria-busy={!isDone}>
          <DefinitionList
            layout="rows"
            facts={[
              { term: "New people", value: isDone ? formatNumber(run.created) : "…" },
              { term: "Already here, details updated", value: isDone ? formatNumber(run.updated) : "…" },
              { term: "Already here, nothing new", value: isDone ? formatNumber(run.unchanged) : "…" },
              { term: "Same address twice in the file", value: isDone ? link("doubles", run.doubles) : "…" },
              {
                term: "Suppressed or erased, stay out",
                value: isDone ? link("suppressed", run.suppressed) : "…",
              },
              {
                term: "Rejected",
                value: isDone ? link("rejected", run.rejected) : formatNumber(run.rejected),
              },
              { term: "Rows", value: formatNumber(run.rows) },
            ]}
          />
          {run.stoppedBecause ? <Banner tone="warning">{run.stoppedBecause}</Banner> : null}
          <p className="text-help text-muted">
            Nobody gets mail from an import alone. Who left a list that you choose next stays out of it too.
          </p>
        </div>
      )}
    </Panel>
  );
}

const STOPPED_WORDS: Record<string, string> = {
  "recipient-dead": "Mail to this address bounced for good",
  complaint: "This person complained",
  unsubscribed: "This person unsubscribed from everything",
  manual: "Suppressed by hand",
  imported: "Suppressed by an import",
  erased: "Erased on request",
};

/** The first rows behind a number of the dry run. */
export function DryRunRows({ run, shown }: { run: ImportDryRun; shown: Shown }) {
  const rows: DryRunExample[] = run.examples[shown];
  const titles = {
    rejected: "Rows that would be rejected",
    doubles: "Rows with an address that stands further up",
    suppressed: "Rows of people who stay out",
  };
  const n = run[shown];
  return (
    <Panel
      id="rows"
      title={titles[shown]}
      description={n > rows.length ? `The first ${rows.length} of ${formatNumber(n)}.` : undefined}
      flush
    >
      <DataTable
        bare
        big
        caption={titles[shown]}
        rows={rows}
        rowKey={(one) => one.line}
        columns={[
          { key: "line", head: "Line", cell: (one) => formatNumber(one.line) },
          { key: "address", head: shown === "rejected" ? "Row" : "Address", cell: (one) => one.address },
          {
            key: "reason",
            head: "Why",
            cell: (one) => (shown === "suppressed" ? (STOPPED_WORDS[one.reason] ?? one.reason) : one.reason),
          },
        ]}
      />
    </Panel>
  );
}
