import { type ReactNode, useId } from "react";
import { cx } from "./cx.ts";

/** A section with a title (h2). `flush` leaves out the inner padding, for tables and lists. */
export function Panel({
  title,
  description,
  actions,
  footer,
  flush,
  lead,
  className,
  id,
  children,
}: {
  title?: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  footer?: ReactNode;
  flush?: boolean;
  /** The title as the sentence of the page: 16 px. */
  lead?: boolean;
  className?: string;
  id?: string;
  children?: ReactNode;
}) {
  const name = useId();
  return (
    <section className={cx("panel", className)} id={id} aria-labelledby={title ? name : undefined}>
      {title || actions ? (
        <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-3.5">
          <div className="min-w-0 flex-1 basis-40">
            {title ? (
              <h2 id={name} className={cx("font-semibold", lead ? "text-lead" : "text-panel")}>
                {title}
              </h2>
            ) : null}
            {description ? (
              <div className="max-w-[90ch] text-help text-pretty text-muted">{description}</div>
            ) : null}
          </div>
          {actions ? (
            <div className="flex min-h-6 flex-wrap items-center gap-2 text-table">{actions}</div>
          ) : null}
        </div>
      ) : null}
      {children !== undefined && children !== null ? (
        <div
          className={
            flush
              ? title || actions
                ? "pt-2"
                : undefined
              : cx("px-4 pb-4", title || actions ? "pt-3" : "pt-4")
          }
        >
          {children}
        </div>
      ) : null}
      {footer ? <div className="panel-footer">{footer}</div> : null}
    </section>
  );
}
