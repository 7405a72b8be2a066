import type { ReactNode } from "react";
import { CheckLine, type CheckState } from "#components/ui/check-line.tsx";
import type { CampaignCheck, CheckTarget } from "#core/campaign/checks.ts";

const STATES: Record<CampaignCheck["severity"], CheckState> = { block: "fail", look: "look", pass: "pass" };

/** Checks in order of weight. `action` makes the way to where one is mended; null where there is none. */
export function CheckList({
  checks,
  action,
}: {
  checks: CampaignCheck[];
  action: (target: CheckTarget, label: string) => ReactNode;
}) {
  return (
    <ul className="grid">
      {checks.map((check) => (
        <CheckLine key={check.id} state={STATES[check.severity]}>
          {check.sentence} {check.action ? action(check.action.target, check.action.label) : null}
        </CheckLine>
      ))}
    </ul>
  );
}
