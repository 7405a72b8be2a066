import { ArrowDown, ArrowUp, CirclePlay, Pause, SlidersHorizontal, TrendingUp } from "lucide-react";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { formatMoment } from "#components/ui/format.ts";
import { ReplyText } from "#components/ui/reply-text.tsx";
import { Time } from "#components/ui/time.tsx";
import { Timeline } from "#components/ui/timeline.tsx";
import type { LaneEventRow } from "#core/lane/read-events.ts";
import type { LaneEventKind, LanePace } from "#core/lane/types.ts";

const ICONS: Record<LaneEventKind, typeof Pause> = {
  slowed: ArrowDown,
  raised: ArrowUp,
  suspended: Pause,
  "source-suspended": Pause,
  climbing: TrendingUp,
  recovered: CirclePlay,
  "site-held": Pause,
  "sender-held": Pause,
  held: Pause,
  "held-until": Pause,
  released: CirclePlay,
  "full-pace": ArrowUp,
  limits: SlidersHorizontal,
};

/** What changed how a lane sends, newest first: what the engine did with the reply that caused it, and what people did. */
export function LaneTimeline({ events, now }: { events: LaneEventRow[]; now: Date }) {
  if (events.length === 0)
    return (
      <EmptyState title="Nothing has changed it yet">
        When a server asks for less, the lane slows down by itself, and says so here.
      </EmptyState>
    );
  return (
    <Timeline
      entries={events.map((event) => {
        const Icon = ICONS[event.kind];
        return {
          key: event.id,
          at: <Time at={event.at} zone="UTC" />,
          icon: <Icon className="icon" aria-hidden="true" />,
          title: titleOf(event, now),
          children: event.reply ? <ReplyText block>{event.reply}</ReplyText> : null,
        };
      })}
    />
  );
}

function titleOf({ kind, detail, who, of }: LaneEventRow, now: Date): string {
  const until = detail.until ? `until ${formatMoment(new Date(detail.until), "UTC", now)} UTC` : "";
  switch (kind) {
    case "slowed":
      return `Slowed down: ${changes(detail.before, detail.after)}`;
    case "raised":
      return `An hour without trouble: ${changes(detail.before, detail.after)}`;
    case "suspended":
      return `Suspended ${until}`;
    case "source-suspended":
      return `The whole source is suspended ${until}: several receivers said that it is listed`;
    case "climbing":
      return "Comes back: one connection, then one more with each that is welcome";
    case "recovered":
      return "Back at its full pace";
    case "site-held":
      return `Leaves ${of ?? "a site"} alone ${until}`;
    case "sender-held":
      return `Mail of ${of ?? "a sender domain"} rests here ${until}`;
    case "held":
      return `Held by ${who ?? "an administrator"}`;
    case "held-until":
      return `Held by ${who ?? "an administrator"} ${until}`;
    case "released":
      return `Released by ${who ?? "an administrator"}`;
    case "full-pace":
      return `Set back to its full pace by ${who ?? "an administrator"}`;
    case "limits":
      return `${who ?? "An administrator"} changed the limits: ${detail.limits?.join(", ") ?? "see Providers"}`;
  }
}

/** "connections 10 to 5, messages a second 100 to 50". */
function changes(before: LanePace | undefined, after: LanePace | undefined): string {
  if (!before || !after) return "its pace";
  const named = [
    ["connections", before.connections, after.connections],
    ["messages a connection", before.messagesPerConnection, after.messagesPerConnection],
    ["messages a second", before.messagesPerSecond, after.messagesPerSecond],
  ] as const;
  return named
    .filter(([, was, is]) => was !== is)
    .map(([name, was, is]) => `${name} ${rounded(was)} to ${rounded(is)}`)
    .join(", ");
}

const rounded = (value: number): string => String(Math.round(value * 100) / 100);
