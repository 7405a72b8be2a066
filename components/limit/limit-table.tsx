import { Pencil } from "lucide-react";
import type { ReactNode } from "react";
import { DataTable } from "#components/ui/data-table.tsx";
import { countOf, formatNumber } from "#components/ui/format.ts";
import { StatusChip } from "#components/ui/status-chip.tsx";
import type { LimitsRow } from "#core/limit/read.ts";
import type { LimitValues } from "#core/limit/types.ts";
import { TLS_WORDS } from "./words.ts";

export const limitHref = (key: string): string => `/admin/providers/${key}`;

/** Says that something is not as shipped, and how much. */
export function ChangedChip({ row }: { row: Pick<LimitsRow, "changes"> }) {
  const count = Object.keys(row.changes).length;
  if (count === 0) return null;
  return (
    <StatusChip tone="accent" icon={<Pencil />}>
      {countOf(count, "change", "changes")}
    </StatusChip>
  );
}

/** All providers and the rows for everybody else: limits in force, and the shipped value where that is another. */
export function LimitTable({ rows }: { rows: LimitsRow[] }) {
  const cell = (row: LimitsRow, field: keyof LimitValues, say: (value: never) => ReactNode) => {
    const change = row.changes[field];
    return (
      <Value
        now={say((change ?? row.shipped[field]) as never)}
        shipped={change === undefined ? null : say(row.shipped[field] as never)}
      />
    );
  };
  return (
    <DataTable
      caption="Providers and their limits"
      rows={rows}
      rowKey={(row) => row.key}
      rowHref={(row) => limitHref(row.key)}
      columns={[
        { key: "name", head: "Provider", cell: (row) => row.name },
        {
          key: "mx",
          head: "MX hosts under",
          cell: (row) =>
            row.mx.length > 0 ? (
              <span className="font-mono text-help [overflow-wrap:anywhere]">{row.mx.join(", ")}</span>
            ) : (
              <span className="text-muted">any other</span>
            ),
        },
        {
          key: "connections",
          head: "Connections",
          align: "end",
          cell: (row) => cell(row, "connections", formatNumber),
        },
        {
          key: "messages",
          head: "Messages a connection",
          align: "end",
          cell: (row) => cell(row, "messagesPerConnection", formatNumber),
        },
        {
          key: "rate",
          head: "Messages a second",
          align: "end",
          cell: (row) => cell(row, "messagesPerSecond", formatNumber),
        },
        {
          key: "tls",
          head: "TLS",
          tight: true,
          cell: (row) => cell(row, "tls", (level) => TLS_WORDS[level]),
        },
        { key: "changed", head: "Changed", cell: (row) => <ChangedChip row={row} /> },
      ]}
    />
  );
}

function Value({ now, shipped }: { now: ReactNode; shipped: ReactNode }) {
  if (shipped === null) return now;
  return (
    <span className="inline-flex flex-wrap items-baseline justify-end gap-x-1.5">
      <strong className="font-semibold">{now}</strong>
      <span className="text-muted">shipped {shipped}</span>
    </span>
  );
}
