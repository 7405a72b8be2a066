import Link from "next/link";
import { Fragment, type ReactNode } from "react";

export type Crumb = { label: string; href?: string };

/** Head of a page: way back, the one h1, its state, a sentence, its actions. */
export function PageHeader({
  title,
  crumbs,
  chip,
  subtitle,
  actions,
  children,
}: {
  title: ReactNode;
  /** The last one without `href` is this page. */
  crumbs?: Crumb[];
  chip?: ReactNode;
  subtitle?: ReactNode;
  actions?: ReactNode;
  /** Below the head, before the page: LinkTabs, steps. */
  children?: ReactNode;
}) {
  return (
    <header className="mb-4 grid min-w-0 gap-3">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          {crumbs?.length ? (
            <nav aria-label="Breadcrumb" className="mb-1 text-table text-muted [overflow-wrap:anywhere]">
              {crumbs.map((crumb, index) => (
                <Fragment key={`${crumb.label} ${crumb.href ?? ""}`}>
                  {index > 0 ? (
                    <span aria-hidden="true" className="px-1">
                      /
                    </span>
                  ) : null}
                  {crumb.href ? (
                    <Link href={crumb.href} className="ink-link">
                      {crumb.label}
                    </Link>
                  ) : (
                    <span aria-current="page">{crumb.label}</span>
                  )}
                </Fragment>
              ))}
            </nav>
          ) : null}
          <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <h1 className="min-w-0 text-title font-semibold [overflow-wrap:anywhere]">{title}</h1>
            {chip}
          </div>
          {subtitle ? <div className="mt-0.5 max-w-[90ch] text-body text-muted">{subtitle}</div> : null}
        </div>
        {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
      </div>
      {children}
    </header>
  );
}
