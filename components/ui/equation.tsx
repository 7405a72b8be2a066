import { Check, TriangleAlert } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { formatNumber } from "./format.ts";
import type { Outcome } from "./outcome.ts";
import { OutcomeSwatch } from "./outcome-icon.tsx";

export type Term = { outcome: Outcome; count: number; href: string; label?: string };

/** How far the terms are from the whole; 0 means that everybody is accounted for. */
export function equationGap(terms: { count: number }[], audience: number): number {
  return audience - terms.reduce((sum, term) => sum + term.count, 0);
}

/** The ledger of a campaign as a sum, each term a link to exactly its rows. */
export function Equation({
  terms,
  audience,
  audienceHref,
  audienceLabel = "audience, frozen",
  troubleHref,
  children,
}: {
  terms: Term[];
  audience: number;
  audienceHref?: string;
  audienceLabel?: string;
  /** Where a sum that does not add up is looked into. */
  troubleHref?: string;
  /** Below the line: what waiting consists of. */
  children?: ReactNode;
}) {
  const gap = equationGap(terms, audience);
  const verdict =
    gap === 0 ? (
      <span className="flex items-center gap-2 text-table text-t-success">
        <Check className="icon" aria-hidden="true" />
        Adds up, every recipient is accounted for
      </span>
    ) : (
      <span role="alert" className="flex items-center gap-2 text-table font-medium text-t-danger">
        <TriangleAlert className="icon" aria-hidden="true" />
        Does not add up by {formatNumber(Math.abs(gap))}
        {troubleHref ? (
          <Link href={troubleHref} className="underline underline-offset-4">
            See System
          </Link>
        ) : null}
      </span>
    );
  return (
    <div className="grid gap-3">
      <div className="nums flex flex-wrap items-end justify-between gap-x-6 gap-y-2 max-md:grid max-md:grid-cols-[minmax(0,1fr)]">
        <dl className="flex flex-wrap items-end gap-x-3 gap-y-2 max-md:grid max-md:grid-cols-[minmax(0,1fr)] max-md:gap-1">
          {terms.map((term, index) => (
            <TermBox
              key={term.outcome}
              sign={index > 0 ? "+" : undefined}
              swatch={<OutcomeSwatch outcome={term.outcome} />}
              label={term.label ?? term.outcome}
              count={term.count}
              href={term.href}
            />
          ))}
          <TermBox sign="=" label={audienceLabel} count={audience} href={audienceHref} whole />
        </dl>
        <div className="md:pb-1.5">{verdict}</div>
      </div>
      {children ? (
        <div className="flex flex-wrap gap-x-5 gap-y-1.5 border-t border-separator pt-3 text-table text-muted">
          {children}
        </div>
      ) : null}
    </div>
  );
}

function TermBox({
  sign,
  swatch,
  label,
  count,
  href,
  whole,
}: {
  sign?: "+" | "=" | undefined;
  swatch?: ReactNode;
  label: string;
  count: number;
  href?: string | undefined;
  whole?: boolean;
}) {
  const number = formatNumber(count);
  return (
    <div
      data-sign={sign}
      className={
        whole
          ? "term max-md:mt-1 max-md:flex max-md:justify-between max-md:border-t max-md:border-separator max-md:pt-2 max-md:font-semibold"
          : "term max-md:flex max-md:justify-between"
      }
    >
      <dt
        className={
          whole
            ? "text-help text-muted max-md:text-body max-md:text-foreground"
            : "flex items-center gap-2 text-help text-muted max-md:text-body max-md:text-foreground"
        }
      >
        {swatch}
        {label}
      </dt>
      <dd className="text-ledger font-semibold max-md:text-body max-md:font-medium">
        {href ? (
          <Link
            href={href}
            className="hover:underline hover:decoration-1 hover:underline-offset-4 max-md:underline max-md:underline-offset-4"
          >
            {number}
          </Link>
        ) : (
          number
        )}
      </dd>
    </div>
  );
}
