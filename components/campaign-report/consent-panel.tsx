import Link from "next/link";
import { Panel } from "#components/ui/panel.tsx";
import { Time } from "#components/ui/time.tsx";
import type { ConsentEvent } from "#core/campaign/report/consent.ts";

/** The proof: what this person agreed to, when, where and in which words. */
export function ConsentPanel({
  consent,
  list,
  zone,
  personHref,
}: {
  consent: ConsentEvent[];
  /** The list whose subscription counted. */
  list: string | null;
  zone: string;
  personHref: string | null;
}) {
  return (
    <Panel title="Consent" description={list ? `By the list ${list}` : undefined}>
      {consent.length === 0 ? (
        <p className="text-muted">No event is kept.</p>
      ) : (
        <ul className="grid gap-3 text-table">
          {consent.map((event) => (
            <li key={event.id} className="grid">
              <span className="font-medium first-letter:uppercase">{event.kind.replaceAll("-", " ")}</span>
              <span className="text-muted">
                <Time at={event.at} zone={zone} />
                {event.source ? `, ${event.source}` : ""}
                {event.ip ? `, ${event.ip}` : ""}
              </span>
              {event.wording ? <q>{event.wording}</q> : null}
            </li>
          ))}
        </ul>
      )}
      {personHref ? (
        <p className="mt-3">
          <Link className="link" href={personHref}>
            Everything about this person
          </Link>
        </p>
      ) : null}
    </Panel>
  );
}
