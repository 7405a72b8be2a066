import { EmptyState } from "#components/ui/empty-state.tsx";
import { ReplyText } from "#components/ui/reply-text.tsx";
import { Time } from "#components/ui/time.tsx";
import type { CampaignEvent } from "#core/campaign/report/read.ts";

/** What people and the mail system did, newest first. */
export function EventList({ events, zone }: { events: CampaignEvent[]; zone: string }) {
  if (events.length === 0) return <EmptyState title="Nothing has happened yet" />;
  return (
    <ol className="grid gap-3">
      {events.map((event) => (
        <li key={event.id} className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-table">
          <span className="nums text-muted">
            <Time at={event.at} zone={zone} />
          </span>
          <span className="grid gap-0.5">
            <span>
              {event.sentence}
              {event.by ? <span className="text-muted"> ({event.by})</span> : null}
            </span>
            {event.reply ? <ReplyText quiet>{event.reply}</ReplyText> : null}
          </span>
        </li>
      ))}
    </ol>
  );
}
