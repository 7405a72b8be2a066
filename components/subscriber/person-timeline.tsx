import { Ban, CheckCheck, Eye, MailX, MousePointerClick, UserCheck } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { EmptyState } from "#components/ui/empty-state.tsx";
import type { Outcome } from "#components/ui/outcome.ts";
import { OutcomeIcon } from "#components/ui/outcome-icon.tsx";
import { Time } from "#components/ui/time.tsx";
import { Timeline } from "#components/ui/timeline.tsx";
import type { TimelineItem } from "#core/subscriber/timeline.ts";

const CONSENT: Record<string, string> = {
  "signed-up": "Signed up",
  confirmed: "Confirmed",
  imported: "Imported",
  added: "Added by hand",
  unsubscribed: "Unsubscribed",
  resubscribed: "Subscribed again",
  "address-changed": "Changed the address",
  erased: "Erased",
};

function iconOf(item: TimelineItem): ReactNode {
  if (item.kind === "delivery") return <OutcomeIcon outcome={item.what as Outcome} round />;
  if (item.kind === "suppression") return <Ban className="icon" aria-hidden="true" />;
  if (item.kind === "hit")
    return item.what === "click" ? (
      <MousePointerClick className="icon" aria-hidden="true" />
    ) : (
      <Eye className="icon" aria-hidden="true" />
    );
  if (item.what === "unsubscribed") return <MailX className="icon" aria-hidden="true" />;
  return item.what === "confirmed" ? (
    <CheckCheck className="icon" aria-hidden="true" />
  ) : (
    <UserCheck className="icon" aria-hidden="true" />
  );
}

function titleOf(item: TimelineItem): string {
  if (item.kind === "consent") return CONSENT[item.what] ?? item.what;
  if (item.kind === "delivery") return `Mail ${item.what}`;
  if (item.kind === "suppression") return `Suppressed: ${item.what}`;
  const who =
    item.class === "human" ? "" : ` by a ${item.class === "prefetch" ? "prefetching proxy" : item.class}`;
  return item.what === "click" ? `Clicked${who}` : `Opened${who}`;
}

/** Consent, mail, hits and suppressions of a person on one line of time, newest first. */
export function PersonTimeline({ items, zone, path }: { items: TimelineItem[]; zone: string; path: string }) {
  if (items.length === 0)
    return <EmptyState title="Nothing yet">Consent, mail, opens and clicks appear here.</EmptyState>;
  return (
    <Timeline
      entries={items.map((item) => ({
        key: item.key,
        at: <Time at={item.at} zone={zone} />,
        icon: iconOf(item),
        title:
          item.campaignId !== null &&
          item.seq !== null &&
          item.kind !== "suppression" &&
          item.kind !== "consent" ? (
            <Link className="ink-link" href={`${path}/campaigns/${item.campaignId}/recipients/${item.seq}`}>
              {titleOf(item)}
            </Link>
          ) : (
            titleOf(item)
          ),
        children:
          item.detail || item.wording ? (
            <span className="grid break-words">
              {item.detail}
              {item.wording ? <q>{item.wording}</q> : null}
            </span>
          ) : null,
      }))}
    />
  );
}
