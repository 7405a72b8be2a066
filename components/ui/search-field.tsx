"use client";

import { Search } from "lucide-react";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useEffect, useRef, useState, useTransition } from "react";
import { cx } from "./cx.ts";
import { hrefWith } from "./href.ts";
import { useKey } from "./use-key.ts";

/** Search of a page. Its text is in the address (`?q=`), 250 ms after the last key; `/` goes to it. */
export function SearchField({
  label,
  placeholder,
  param = "q",
  className,
}: {
  label: string;
  placeholder?: string;
  param?: string;
  className?: string;
}) {
  const router = useRouter();
  const path = usePathname();
  const params = useSearchParams();
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [pending, start] = useTransition();
  const given = params.get(param) ?? "";
  const [text, setText] = useState(given);
  const sent = useRef(given);

  useEffect(() => {
    // The address changed by itself (Back, a dropped chip): follow it.
    if (given !== sent.current) {
      sent.current = given;
      setText(given);
    }
  }, [given]);
  useEffect(() => () => clearTimeout(timer.current), []);
  useKey("/", () => input.current?.focus());

  function go(value: string) {
    clearTimeout(timer.current);
    sent.current = value.trim();
    start(() => router.replace(hrefWith(path, params, { [param]: sent.current }), { scroll: false }));
  }

  return (
    <search className={cx("relative w-full sm:w-64", className)}>
      <form
        action={path}
        onSubmit={(event) => {
          event.preventDefault();
          go(text);
        }}
      >
        <Search
          className="icon pointer-events-none absolute left-3 top-1/2 -translate-y-1/2 text-muted"
          aria-hidden="true"
        />
        <input
          ref={input}
          type="search"
          name={param}
          aria-label={label}
          placeholder={placeholder ?? label}
          className="control control-small pl-9!"
          value={text}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            const { value } = event.currentTarget;
            setText(value);
            clearTimeout(timer.current);
            timer.current = setTimeout(() => go(value), 250);
          }}
        />
        {pending ? (
          <span className="absolute right-3 top-1/2 -translate-y-1/2 text-muted">
            <span className="spin block" aria-hidden="true" />
          </span>
        ) : null}
      </form>
    </search>
  );
}
