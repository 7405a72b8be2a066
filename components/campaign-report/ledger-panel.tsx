import Link from "next/link";
import type { ReactNode } from "react";
import { Equation } from "#components/ui/equation.tsx";
import { formatNumber } from "#components/ui/format.ts";
import type { Outcome } from "#components/ui/outcome.ts";
import { OutcomeBar } from "#components/ui/outcome-bar.tsx";
import { OutcomeLabel } from "#components/ui/outcome-icon.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { Time } from "#components/ui/time.tsx";
import type { Equation as Sum } from "#core/ledger/equation.ts";

const TERMS = [
  "accepted",
  "bounced",
  "suppressed",
  "expired",
  "cancelled",
  "uncertain",
  "waiting",
] as const satisfies readonly Outcome[];

/** The ledger of a campaign: a sentence, one bar, the equation with each term a link, and what waiting consists of. */
export function LedgerPanel({
  sentence,
  sum,
  path,
  leftOut,
  leftOutHref,
  troubleHref,
  nextTryAt,
  zone,
  stamp,
}: {
  sentence: string;
  sum: Sum;
  path: string;
  leftOut: number;
  leftOutHref: string;
  /** For administrators: where a sum that does not add up is looked into. */
  troubleHref?: string;
  nextTryAt: Date | null;
  zone: string;
  stamp: ReactNode;
}) {
  const href = (state: string) => `${path}/recipients?state=${state}`;
  return (
    <Panel title={sentence} lead actions={stamp}>
      <div className="grid gap-5">
        <OutcomeBar
          height={28}
          parts={[
            { outcome: "accepted", count: sum.accepted },
            { outcome: "bounced", count: sum.bounced },
            { outcome: "suppressed", count: sum.suppressed },
            { outcome: "expired", count: sum.expired },
            { outcome: "cancelled", count: sum.cancelled },
            { outcome: "uncertain", count: sum.uncertain },
            { outcome: "waiting", count: sum.waiting - sum.deferred },
            { outcome: "deferred", count: sum.deferred },
          ]}
        />
        <Equation
          terms={TERMS.map((outcome) => ({ outcome, count: sum[outcome], href: href(outcome) }))}
          audience={sum.audience}
          audienceHref={`${path}/recipients`}
          troubleHref={troubleHref}
        >
          {sum.waiting > 0 ? (
            <>
              <span className="text-muted">{formatNumber(sum.waiting)} waiting are</span>
              <OutcomeLabel outcome="waiting">
                <Link className="ink-link" href={`${path}/recipients?place=ahead`}>
                  {formatNumber(sum.ahead)} ready
                </Link>
              </OutcomeLabel>
              <OutcomeLabel outcome="deferred">
                <span>
                  <Link className="ink-link" href={`${path}/recipients?place=due`}>
                    {formatNumber(sum.deferred)} deferred
                  </Link>
                  {nextTryAt ? (
                    <>
                      , next try <Time at={nextTryAt} zone={zone} as="clock" />
                    </>
                  ) : null}
                </span>
              </OutcomeLabel>
              <Link className="ink-link" href={`${path}/recipients?place=flight`}>
                {formatNumber(sum.inFlight)} in flight
              </Link>
            </>
          ) : null}
          <Link className="ink-link ml-auto text-muted" href={leftOutHref}>
            {formatNumber(leftOut)} left out before launch
          </Link>
        </Equation>
      </div>
    </Panel>
  );
}
