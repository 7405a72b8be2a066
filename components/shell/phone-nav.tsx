"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";
import type { NavItem } from "./nav.tsx";
import { BottomBar, NavList } from "./nav-list.tsx";

/** Bottom bar and the full-screen list of everything else. */
export function PhoneNav({
  main,
  rest,
  administration,
  children,
}: {
  main: NavItem[];
  rest: NavItem[];
  administration: NavItem[];
  /** Below the list: pulse and account. */
  children: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!open) return;
    heading.current?.focus();
    const close = (event: KeyboardEvent) => event.key === "Escape" && setOpen(false);
    window.addEventListener("keydown", close);
    return () => window.removeEventListener("keydown", close);
  }, [open]);
  const close = () => setOpen(false);
  return (
    <>
      <section id="more" className="more" aria-label="All pages" hidden={!open}>
        <h2 ref={heading} tabIndex={-1} className="px-2 pb-2 text-title font-semibold outline-none">
          More
        </h2>
        <nav aria-label="More">
          <NavList items={rest} onGo={close} />
          {administration.length ? (
            <>
              <h3 className="nav-group">Administration</h3>
              <NavList items={administration} onGo={close} />
            </>
          ) : null}
        </nav>
        <div className="mt-6 grid gap-3">{children}</div>
      </section>
      <BottomBar items={main} moreOpen={open} onMore={() => setOpen(!open)} />
    </>
  );
}
