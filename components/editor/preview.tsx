"use client";

import { useEffect, useId, useRef, useState } from "react";
import { LiquidText } from "#components/campaign/liquid-text.tsx";

export type PreviewWidth = "desktop" | "phone" | "text";
export type PreviewPerson = { id: number; address: string; name: string | null };
type Shown = { subject: string; preheader: string; html: string | null; text: string; address: string };

/** The mail as one person gets it: chosen by search, or somebody without a name. */
export function Preview({
  url,
  width,
  version,
  person,
  onPerson,
  from,
}: {
  /** Route that renders; `?people=` searches. */
  url: string;
  width: PreviewWidth;
  /** Changes with each save, and asks again. */
  version: string | number;
  person: PreviewPerson | null;
  onPerson: (person: PreviewPerson | null) => void;
  from: string;
}) {
  const [shown, setShown] = useState<Shown | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version is asked for again
  useEffect(() => {
    const abort = new AbortController();
    fetch(`${url}?subscriber=${person?.id ?? ""}`, { signal: abort.signal })
      .then((response) => response.json())
      .then(
        (answer: { ok: boolean; reason?: string; preview?: Omit<Shown, "address">; address?: string }) => {
          if (answer.ok && answer.preview) {
            setShown({ ...answer.preview, address: answer.address ?? "" });
            setTrouble(null);
          } else setTrouble(answer.reason ?? "It cannot be shown.");
        },
      )
      .catch(
        () => !abort.signal.aborted && setTrouble("The preview could not be loaded. Look at it again later."),
      );
    return () => abort.abort();
  }, [url, person?.id, version]);

  return (
    <div className="preview" data-width={width}>
      <PersonSearch url={url} person={person} onPerson={onPerson} />
      {trouble ? (
        <p role="alert" className="rounded-control bg-danger-soft px-3 py-2 text-danger-soft-foreground">
          {trouble}
        </p>
      ) : null}
      {shown ? (
        <>
          <InboxLine from={from} subject={shown.subject} preheader={shown.preheader} />
          {width === "text" || shown.html === null ? (
            <pre className="preview-text">{shown.text}</pre>
          ) : (
            <iframe
              title={`The mail as ${person?.name ?? person?.address ?? "someone without a name"} gets it`}
              className="preview-frame"
              sandbox=""
              srcDoc={shown.html}
            />
          )}
        </>
      ) : null}
    </div>
  );
}

/** How an inbox lists it. */
export function InboxLine({
  from,
  subject,
  preheader,
}: {
  from: string;
  subject: string;
  preheader: string;
}) {
  return (
    <div className="inbox-line">
      <span className="inbox-mark" aria-hidden="true">
        {from.slice(0, 1).toUpperCase()}
      </span>
      <div className="min-w-0 flex-1">
        <p className="flex justify-between gap-3">
          <span className="truncate font-semibold">{from}</span>
          <span className="shrink-0 text-help text-muted">as an inbox shows it</span>
        </p>
        <p className="truncate">
          {subject ? <LiquidText text={subject} /> : <span className="text-muted">No subject yet</span>}{" "}
          <span className="text-muted">
            <LiquidText text={preheader} />
          </span>
        </p>
      </div>
    </div>
  );
}

function PersonSearch({
  url,
  person,
  onPerson,
}: {
  url: string;
  person: PreviewPerson | null;
  onPerson: (person: PreviewPerson | null) => void;
}) {
  const [text, setText] = useState("");
  const [people, setPeople] = useState<PreviewPerson[]>([]);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!open) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      fetch(`${url}?people=${encodeURIComponent(text)}`, { signal: abort.signal })
        .then((response) => response.json())
        .then((answer: { ok: boolean; people?: PreviewPerson[] }) => setPeople(answer.people ?? []))
        .catch(() => {});
    }, 150);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [url, text, open]);

  const choices: (PreviewPerson | null)[] = [null, ...people];
  const labelOf = (one: PreviewPerson | null) =>
    one === null ? "Someone without a name" : one.name ? `${one.name}, ${one.address}` : one.address;
  function choose(one: PreviewPerson | null) {
    onPerson(one);
    setText("");
    setOpen(false);
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only closes the list when the focus leaves it
    <div
      ref={box}
      className="relative w-full max-w-md"
      onBlur={(event) => !box.current?.contains(event.relatedTarget) && setOpen(false)}
    >
      <label htmlFor={`${id}-input`} className="sr-only">
        Preview as
      </label>
      <input
        id={`${id}-input`}
        className="control control-small"
        role="combobox"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-activedescendant={open ? `${id}-${active}` : undefined}
        autoComplete="off"
        placeholder={`As ${labelOf(person)}. Type to find a person`}
        value={text}
        onFocus={() => setOpen(true)}
        onClick={() => setOpen(true)}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setActive(0);
          setOpen(true);
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") setOpen(false);
          if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            setOpen(true);
            const by = event.key === "ArrowDown" ? 1 : -1;
            setActive((active + by + choices.length) % choices.length);
          }
          if (event.key === "Enter" && open) {
            event.preventDefault();
            choose(choices[active] ?? null);
          }
        }}
      />
      {open ? (
        <div id={`${id}-list`} role="listbox" aria-label="People" className="person-list">
          {choices.map((one, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the input's
            <div
              key={one?.id ?? 0}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(one)}
            >
              {labelOf(one)}
            </div>
          ))}
        </div>
      ) : null}
    </div>
  );
}
