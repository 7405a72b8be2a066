import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";

const looks = {
  info: { icon: Info, className: "bg-accent-soft", iconClass: "text-accent-soft-foreground" },
  warning: {
    icon: TriangleAlert,
    className: "bg-warning-soft ring-1 ring-inset ring-warning/40",
    iconClass: "text-t-warning",
  },
  danger: {
    icon: CircleAlert,
    className: "bg-danger-soft ring-1 ring-inset ring-danger/40",
    iconClass: "text-t-danger",
  },
} as const;

/** A line across the page: what, since when, what to do. Danger only for what stops mail. */
export function Banner({
  tone = "info",
  title,
  children,
  actions,
  icon,
}: {
  tone?: keyof typeof looks;
  title?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  icon?: ReactNode;
}) {
  const look = looks[tone];
  return (
    <div
      role={tone === "danger" ? "alert" : undefined}
      className={cx(
        "flex flex-wrap items-center gap-x-4 gap-y-2 rounded-panel px-4 py-2.5 forced-colors:border",
        look.className,
      )}
    >
      <div className="flex min-w-0 flex-1 basis-64 gap-3">
        <span className={cx("mt-0.5 [&>svg]:size-4", look.iconClass)}>
          {icon ?? <look.icon className="icon" aria-hidden="true" />}
        </span>
        <div className="min-w-0 text-body">
          {title ? <strong className="font-semibold">{title} </strong> : null}
          {children}
        </div>
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2 font-medium">{actions}</div> : null}
    </div>
  );
}
