import type { ReactNode } from "react";
import { Logo } from "../ui/logo.tsx";

/** The frame of pages before the login: log in, set up, invitation, reset. */
export function AuthShell({
  title,
  lead,
  wide,
  footer,
  children,
}: {
  title: string;
  lead?: ReactNode;
  /** For the first run with its checks. */
  wide?: boolean;
  footer?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="grid min-h-dvh grid-rows-[1fr_auto_2fr] px-4 py-8">
      <div />
      <div
        className={`mx-auto grid w-full grid-cols-[minmax(0,1fr)] gap-5 ${wide ? "max-w-2xl" : "max-w-sm"}`}
      >
        <header className="flex items-center gap-2.5">
          <Logo size={28} />
          <span className="text-lead font-semibold">Lettermill</span>
        </header>
        <main className="panel p-5 sm:p-6">
          <h1 className="text-title font-semibold">{title}</h1>
          {lead ? <div className="mt-1 text-body text-muted">{lead}</div> : null}
          <div className="mt-5">{children}</div>
        </main>
        {footer ? <footer className="text-help text-muted">{footer}</footer> : null}
      </div>
    </div>
  );
}
