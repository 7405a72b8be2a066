import Link from "next/link";
import { REASON_WORDS } from "#components/suppression/suppression-table.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { hrefWith } from "#components/ui/href.ts";
import { Panel } from "#components/ui/panel.tsx";
import { Time } from "#components/ui/time.tsx";
import type { AudienceCount } from "#core/campaign/count-audience.ts";
import type { ExclusionReason } from "#core/campaign/types.ts";
import type { SuppressionReason } from "#core/suppression/types.ts";

export const EXCLUSION_WORDS: Record<ExclusionReason, string> = {
  unsubscribed: "Unsubscribed",
  "not-confirmed": "Never confirmed",
  suppressed: "Suppressed",
  "excluded-list": "On a list that is left out",
  "excluded-segment": "In a segment that is left out",
  "no-subscription": "On no list of this workspace",
};

/** A reason in words, with which suppression where one is known. */
export function exclusionWords(reason: ExclusionReason, detail?: string | null): string {
  const words = detail ? REASON_WORDS[detail as SuppressionReason] : undefined;
  return words ? `${EXCLUSION_WORDS[reason]}: ${words}` : EXCLUSION_WORDS[reason];
}

/** Who gets it, as counted now, and who is left out by which reason. */
export function AudiencePanel({
  count,
  names,
  changeHref,
  peopleHref,
  zone,
  countedAt,
}: {
  count: AudienceCount;
  names: { include: string[]; exclude: string[] };
  changeHref: string;
  /** Page of the people behind each number. */
  peopleHref: string;
  zone: string;
  countedAt: Date;
}) {
  const out = count.candidates - count.audience;
  return (
    <Panel
      title="Who gets it"
      actions={
        <Link className="link" href={changeHref}>
          Change
        </Link>
      }
    >
      <div className="grid gap-6 md:grid-cols-2">
        <div className="grid content-start gap-1">
          <p className="nums text-display font-semibold">
            <Link className="ink-link" href={peopleHref}>
              {formatNumber(count.audience)}
            </Link>
          </p>
          {names.include.length === 0 ? (
            <p className="text-muted">No list or segment is chosen yet.</p>
          ) : (
            <p className="text-muted">
              of {formatNumber(count.candidates)} in {names.include.join(", ")}
              {names.exclude.length > 0 ? `, without ${names.exclude.join(", ")}` : ""}. Counted{" "}
              <Time at={countedAt} zone={zone} as="clock" />, frozen when it starts.
            </p>
          )}
        </div>
        <div>
          <p className="mb-1 font-medium">
            {out === 0 ? "Nobody is left out" : `${formatNumber(out)} ${out === 1 ? "is" : "are"} left out`}
          </p>
          <ul className="divide-y divide-separator">
            {count.exclusions.map((row) => (
              <li key={`${row.reason}${row.detail}`} className="flex justify-between gap-4 py-1.5 text-table">
                <span>{exclusionWords(row.reason, row.detail)}</span>
                <Link
                  className="nums ink-link"
                  href={hrefWith(peopleHref, {}, { reason: row.reason, detail: row.detail })}
                >
                  {formatNumber(row.n)}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      </div>
    </Panel>
  );
}
