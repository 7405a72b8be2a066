import type { ReactNode } from "react";

/** One sentence on what will be here, the button that gets there, one line of proof that the rest works. */
export function EmptyState({
  title,
  children,
  actions,
  proof,
  icon,
}: {
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  proof?: ReactNode;
  icon?: ReactNode;
}) {
  return (
    <div className="mx-auto grid max-w-[52ch] justify-items-center gap-3 px-6 py-12 text-center">
      {icon ? (
        <span className="grid size-10 place-content-center rounded-full bg-default text-muted [&>svg]:size-5">
          {icon}
        </span>
      ) : null}
      <p className="text-lead font-semibold text-balance">{title}</p>
      {children ? <div className="text-body text-muted text-pretty">{children}</div> : null}
      {actions ? <div className="mt-1 flex flex-wrap justify-center gap-2">{actions}</div> : null}
      {proof ? <p className="text-help text-muted">{proof}</p> : null}
    </div>
  );
}
