import { Check, Clock, LogOut, Minus, Moon, Pause } from "lucide-react";
import Link from "next/link";
import { DataTable } from "#components/ui/data-table.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { countOf, formatClock, formatNumber, formatShare } from "#components/ui/format.ts";
import { ReplyText } from "#components/ui/reply-text.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import type { LaneRow, LaneState } from "#core/lane/read.ts";

const WORDS: Record<
  LaneState,
  { tone: "success" | "neutral" | "danger" | "warning"; icon: typeof Check; word: string }
> = {
  open: { tone: "success", icon: Check, word: "open" },
  waiting: { tone: "neutral", icon: Clock, word: "waiting" },
  resting: { tone: "neutral", icon: Moon, word: "resting" },
  idle: { tone: "neutral", icon: Minus, word: "no mail" },
  suspended: { tone: "danger", icon: Pause, word: "suspended" },
  held: { tone: "warning", icon: Pause, word: "held" },
  draining: { tone: "warning", icon: LogOut, word: "draining" },
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
        {
          key: "state",
          head: "State",
          cell: (row) => (
            <span className="inline-flex items-center gap-2">
              <LaneStateChip lane={row} />
              {(row.suspendedUntil ?? row.restUntil) ? (
                <span className="text-muted whitespace-nowrap">
                  until {formatClock((row.suspendedUntil ?? row.restUntil) as Date, "UTC")}
                </span>
              ) : null}
            </span>
          ),
        },
        { key: "backlog", head: "Backlog", align: "end", cell: (row) => formatNumber(row.backlog) },
        { key: "pace", head: "Accepted a minute", align: "end", cell: (row) => formatNumber(row.pace) },
        {
          key: "connections",
          head: "Connections",
          phone: "hide",
          align: "end",
          cell: (row) =>
            row.limits ? `${row.connections} of ${row.limits.connections}` : String(row.connections),
        },
        {
          key: "deferred",
          head: "Deferred, last hour",
          phone: "hide",
          align: "end",
          cell: (row) => (row.deferredShare === null ? "no reply" : formatShare(row.deferredShare)),
        },
        {
          key: "reply",
          head: "Last reply",
          width: "30%",
          phone: "line",
          cell: (row) =>
            row.lastReply ? (
              // In a cell of its own width: a long reply is cut, not the table widened.
              <span className="grid w-0 min-w-full">
                <ReplyText quiet>{`${row.lastCode ?? ""} ${row.lastReply}`}</ReplyText>
              </span>
            ) : (
              ""
            ),
        },
      ]}
    />
  );
}

const ORDER: Record<LaneState, number> = {
  suspended: 0,
  held: 1,
  draining: 2,
  waiting: 3,
  resting: 4,
  open: 5,
  idle: 6,
};

/** Lanes with trouble first, then those with most to do; those without mail are folded. */
export function LaneTables({ rows }: { rows: LaneRow[] }) {
  const sorted = rows.toSorted((a, b) => ORDER[a.state] - ORDER[b.state] || b.backlog - a.backlog);
  const busy = sorted.filter((row) => row.state !== "idle");
  const idle = sorted.filter((row) => row.state === "idle");
  return (
    <>
      {busy.length > 0 || idle.length === 0 ? <LaneTable rows={busy} /> : null}
      {idle.length > 0 ? (
        <details className="fold" open={busy.length === 0}>
          <summary>{countOf(idle.length, "lane has no mail now", "lanes have no mail now")}</summary>
          <LaneTable rows={idle} />
        </details>
      ) : null}
    </>
  );
}

const MATRIX_COLUMNS = 6;

/** Providers that a column is for: those with trouble or with most to do, in the order of their numbers. */
function columnsOf(rows: LaneRow[]): { bucket: number; name: string }[] {
  const weight = (row: LaneRow) =>
    (row.state === "suspended" || row.state === "held" ? 1e9 : 0) + row.backlog + row.pace;
  const named = new Map<number, { bucket: number; name: string; weight: number }>();
  for (const row of rows.filter((one) => one.bucket > 0 && one.bucket < 100)) {
    const before = named.get(row.bucket)?.weight ?? 0;
    named.set(row.bucket, { bucket: row.bucket, name: row.name, weight: before + weight(row) });
  }
  return [...named.values()]
    .sort((a, b) => b.weight - a.weight || a.bucket - b.bucket)
    .slice(0, MATRIX_COLUMNS)
    .sort((a, b) => a.bucket - b.bucket);
}

/** Sources by the providers that get most of their mail; all other lanes of a source are one cell. */
export function LaneMatrix({ rows }: { rows: LaneRow[] }) {
  const sources = [...new Map(rows.map((row) => [row.sourceId, row.source]))];
  const columns = columnsOf(rows);
  if (rows.length === 0) return <EmptyState title="No lanes yet" />;
  const isOther = (row: LaneRow) => !columns.some((column) => column.bucket === row.bucket);
  return (
    <DataTable
      bare
      cards={false}
      caption="Lanes: sources by provider"
      rows={sources}
      rowKey={([id]) => id}
      columns={[
        { key: "source", head: "Source", cell: ([, name]) => name },
        ...columns.map((column) => ({
          key: String(column.bucket),
          head: column.name,
          cell: ([id]: [number, string]) => {
            const lane = rows.find((row) => row.sourceId === id && row.bucket === column.bucket);
            return lane ? <MatrixCell lane={lane} /> : <span className="text-muted">no mail</span>;
          },
        })),
        {
          key: "other",
          head: "Other lanes",
          cell: ([id]) => <OtherLanes rows={rows.filter((row) => row.sourceId === id && isOther(row))} />,
        },
      ]}
    />
  );
}

function MatrixCell({ lane }: { lane: LaneRow }) {
  const number =
    lane.state === "open"
      ? `${formatNumber(lane.pace)} / min`
      : lane.state === "suspended" && lane.suspendedUntil
        ? `until ${formatClock(lane.suspendedUntil, "UTC")}`
        : lane.backlog > 0
          ? formatNumber(lane.backlog)
          : "";
  return (
    <Link className="inline-flex items-center gap-2 hover:underline" href={laneHref(lane)}>
      <LaneStateChip lane={lane} />
      <span className="nums whitespace-nowrap">{number}</span>
    </Link>
  );
}

function OtherLanes({ rows }: { rows: LaneRow[] }) {
  const off = rows.filter((row) => row.state === "suspended" || row.state === "held").length;
  const backlog = rows.reduce((sum, row) => sum + row.backlog, 0);
  const words = [
    countOf(rows.length, "lane", "lanes"),
    off > 0 ? `${formatNumber(off)} off` : "",
    backlog > 0 ? `${formatNumber(backlog)} wait` : "",
  ].filter(Boolean);
  return (
    <Link className="ink-link whitespace-nowrap" href="/admin/lanes">
      {words.join(", ")}
    </Link>
  );
}
