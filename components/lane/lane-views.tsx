import { Check, Clock, Minus, Pause } from "lucide-react";
import Link from "next/link";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { formatNumber, formatShare } from "#components/ui/format.ts";
import { ReplyText } from "#components/ui/reply-text.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import type { LaneRow, LaneState } from "#core/lane/read.ts";

const WORDS: Record<
  LaneState,
  { tone: "success" | "neutral" | "danger" | "warning"; icon: typeof Check; word: string }
> = {
  open: { tone: "success", icon: Check, word: "open" },
  waiting: { tone: "neutral", icon: Clock, word: "waiting" },
  idle: { tone: "neutral", icon: Minus, word: "no mail" },
  suspended: { tone: "danger", icon: Pause, word: "suspended" },
  held: { tone: "warning", icon: Pause, word: "held" },
};

export function LaneStateChip({ lane }: { lane: Pick<LaneRow, "state"> }) {
  const { tone, icon: Icon, word } = WORDS[lane.state];
  return (
    <StatusChip tone={tone} icon={<Icon />}>
      {word}
    </StatusChip>
  );
}

export const laneHref = (lane: Pick<LaneRow, "sourceId" | "bucket">): string =>
  `/admin/lanes/${lane.sourceId}/${lane.bucket}`;

/** All lanes with state, backlog, pace and last reply. */
export function LaneTable({ rows }: { rows: LaneRow[] }) {
  return (
    <DataTable
      caption="Lanes"
      big
      rows={rows}
      rowKey={(row) => row.id}
      rowHref={laneHref}
      empty={
        <EmptyState title="No lanes yet">
          A lane comes by itself when a source first has mail for a provider.
        </EmptyState>
      }
      columns={[
        {
          key: "name",
          head: "Lane",
          cell: (row) => <span className="md:whitespace-nowrap">{`${row.source} to ${row.name}`}</span>,
        },
        { key: "state", head: "State", cell: (row) => <LaneStateChip lane={row} /> },
        { key: "backlog", head: "Backlog", align: "end", cell: (row) => formatNumber(row.backlog) },
        { key: "pace", head: "Accepted a minute", align: "end", cell: (row) => formatNumber(row.pace) },
        {
          key: "connections",
          head: "Connections",
          align: "end",
          cell: (row) =>
            row.maxConnections > 0 ? `${row.connections} of ${row.maxConnections}` : String(row.connections),
        },
        {
          key: "deferred",
          head: "Deferred, last hour",
          align: "end",
          cell: (row) => (row.deferredShare === null ? "no reply" : formatShare(row.deferredShare)),
        },
        {
          key: "reply",
          head: "Last reply",
          cell: (row) =>
            row.lastReply ? (
              <div className="max-w-64 xl:max-w-96">
                <ReplyText quiet>{`${row.lastCode ?? ""} ${row.lastReply}`}</ReplyText>
              </div>
            ) : (
              ""
            ),
        },
      ]}
    />
  );
}

const MATRIX_COLUMNS = 6;

/** Sources by the providers that get most of their mail; a real table. */
export function LaneMatrix({ rows }: { rows: LaneRow[] }) {
  const sources = [...new Map(rows.map((row) => [row.sourceId, row.source]))];
  const weight = new Map<string, number>();
  for (const row of rows)
    weight.set(row.name, (weight.get(row.name) ?? 0) + row.backlog + row.pace + (row.lastReplyAt ? 1 : 0));
  const names = [...weight]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MATRIX_COLUMNS)
    .map(([name]) => name);
  if (rows.length === 0) return <EmptyState title="No lanes yet" />;
  return (
    <DataTable
      bare
      cards={false}
      caption="Lanes: sources by provider"
      rows={sources}
      rowKey={([id]) => id}
      columns={[
        { key: "source", head: "Source", cell: ([, name]) => name },
        ...names.map((name) => ({
          key: name,
          head: name,
          cell: ([id]: [number, string]) => {
            const lane = rows.find((row) => row.sourceId === id && row.name === name);
            return lane ? (
              <Link className="inline-flex items-center gap-2 hover:underline" href={laneHref(lane)}>
                <LaneStateChip lane={lane} />
                <span className="nums">
                  {lane.state === "open"
                    ? `${formatNumber(lane.pace)} / min`
                    : lane.backlog > 0
                      ? formatNumber(lane.backlog)
                      : ""}
                </span>
              </Link>
            ) : (
              <span className="text-muted">no mail</span>
            );
          },
        })),
      ]}
    />
  );
}
