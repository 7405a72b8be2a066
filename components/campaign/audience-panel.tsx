import Link from "next/link";
import { formatNumber } from "#components/ui/format.ts";
import { Panel } from "#components/ui/panel.tsx";
import { Time } from "#components/ui/time.tsx";
import type { AudienceCount } from "#core/campaign/count-audience.ts";
import type { ExclusionReason } from "#core/campaign/types.ts";

export const EXCLUSION_WORDS: Record<ExclusionReason, string> = {
  unsubscribed: "Unsubscribed",
  "not-confirmed": "Never confirmed",
  suppressed: "Suppressed: bounced, complained or by hand",
  "excluded-list": "On a list that is left out",
  "excluded-segment": "In a segment that is left out",
  "no-subscription": "On no list of this workspace",
};

/** Who gets it, as counted now, and who is left out by which reason. */
export function AudiencePanel({
  count,
  names,
  changeHref,
  zone,
  countedAt,
}: {
  count: AudienceCount;
  names: { include: string[]; exclude: string[] };
  changeHref: string;
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
          <p className="nums text-display font-semibold">{formatNumber(count.audience)}</p>
          <p className="text-muted">
            of {formatNumber(count.candidates)} in {names.include.join(", ") || "nothing chosen"}
            {names.exclude.length > 0 ? `, without ${names.exclude.join(", ")}` : ""}. Counted{" "}
            <Time at={countedAt} zone={zone} as="clock" />, frozen when it starts.
          </p>
        </div>
        <div>
          <p className="mb-1 font-medium">
            {out === 0 ? "Nobody is left out" : `${formatNumber(out)} are left out`}
          </p>
          <ul className="divide-y divide-separator">
            {count.exclusions.map((row) => (
              <li key={row.reason} className="flex justify-between gap-4 py-1.5 text-table">
                <span>{EXCLUSION_WORDS[row.reason]}</span>
                <span className="nums">{formatNumber(row.n)}</span>
              </li>
            ))}
          </ul>
        </div>
      </div>
    </Panel>
  );
}
