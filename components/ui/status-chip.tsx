import type { ReactNode } from "react";
import { cx } from "./cx.ts";

export type Tone = "neutral" | "accent" | "success" | "warning" | "danger";

/** A state in one or two words. */
export function StatusChip({
  tone = "neutral",
  icon,
  children,
}: {
  tone?: Tone;
  icon?: ReactNode;
  children: ReactNode;
}) {
  return (
    <span className={cx("chip", tone !== "neutral" && `chip-${tone}`, "[&>svg]:size-3.5")}>
      {icon}
      {children}
    </span>
  );
}
