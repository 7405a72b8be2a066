import { Check } from "lucide-react";
import Link from "next/link";
import { cx } from "./cx.ts";

export type Step = { label: string; href?: string | undefined };

/** Where one is in a row of pages; what is done can be gone back to. */
export function Steps({ label, steps, current }: { label: string; steps: Step[]; current: number }) {
  return (
    <nav aria-label={label}>
      <ol className="flex flex-wrap items-center gap-x-3 gap-y-2 text-table">
        {steps.map((step, index) => {
          const done = index < current;
          const here = index === current;
          const face = (
            <>
              <span
                aria-hidden="true"
                className={cx(
                  "nums grid size-5 flex-none place-content-center rounded-full text-axis font-medium",
                  done && "bg-success text-success-foreground",
                  here && "bg-accent text-accent-foreground",
                  !done && !here && "bg-default text-muted",
                )}
              >
                {done ? <Check className="size-3" strokeWidth={2.5} /> : index + 1}
              </span>
              <span className={here ? "font-semibold" : "text-muted"}>{step.label}</span>
            </>
          );
          return (
            <li key={step.label} className="flex items-center gap-3" aria-current={here ? "step" : undefined}>
              {index > 0 ? <span aria-hidden="true" className="h-px w-6 bg-border max-sm:hidden" /> : null}
              {done && step.href ? (
                <Link
                  href={step.href}
                  className="flex items-center gap-2 hover:underline hover:underline-offset-4"
                >
                  {face}
                </Link>
              ) : (
                <span className="flex items-center gap-2">{face}</span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
