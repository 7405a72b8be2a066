import { Check, CircleHelp, Minus, TriangleAlert, X } from "lucide-react";
import type { ReactNode } from "react";

const signs = {
  pass: { Icon: Check, colour: "text-t-success", said: "Passed" },
  look: { Icon: TriangleAlert, colour: "text-t-warning", said: "Worth a look" },
  fail: { Icon: X, colour: "text-t-danger", said: "Failed" },
  unknown: { Icon: CircleHelp, colour: "text-muted", said: "Could not be asked" },
  none: { Icon: Minus, colour: "text-muted", said: "Not set up" },
} as const;

export type CheckState = keyof typeof signs;

/** One line of a list of checks: sign, sentence, one action. What could not be asked is never green. */
export function CheckLine({
  state,
  children,
  end,
}: {
  state: CheckState;
  children: ReactNode;
  end?: ReactNode;
}) {
  const { Icon, colour, said } = signs[state];
  return (
    <li className="flex gap-2.5 py-1 text-table">
      <Icon className={`icon mt-0.5 ${colour}`} role="img" aria-label={said} />
      <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">{children}</span>
      {end ? <span className="text-muted">{end}</span> : null}
    </li>
  );
}
