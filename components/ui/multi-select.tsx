"use client";

import { X } from "lucide-react";
import { useId, useMemo, useRef, useState } from "react";
import { Field, type FieldProps } from "./field.tsx";
import type { Option } from "./select.tsx";

/**
 * Several of many, typed to find: lists, tags. Sends `name` once per choice. With `create`, a text
 * that is not among the options can be added (tags).
 */
export function MultiSelect({
  options,
  defaultValues = [],
  create,
  placeholder = "Type to find",
  onChange,
  ...field
}: FieldProps & {
  options: Option[];
  defaultValues?: string[];
  create?: boolean;
  placeholder?: string;
  onChange?: (values: string[]) => void;
}) {
  const [values, setValues] = useState(defaultValues);
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const labels = useMemo(() => new Map(options.map((option) => [option.value, option.label])), [options]);
  const typed = text.trim();
  const found = options
    .filter(
      (option) => !values.includes(option.value) && option.label.toLowerCase().includes(typed.toLowerCase()),
    )
    .slice(0, 50);
  const fresh = create && typed !== "" && !values.includes(typed) && !labels.has(typed);
  const shown: Option[] = fresh ? [...found, { value: typed, label: `Add “${typed}”` }] : found;

  function change(next: string[]) {
    setValues(next);
    onChange?.(next);
  }
  function add(option: Option | undefined) {
    if (!option) return;
    change([...values, option.value]);
    setText("");
    setActive(0);
    input.current?.focus();
    // An open list would lie over the buttons below.
    setOpen(false);
  }

  return (
    <Field {...field}>
      {(control) => (
        <div className="relative">
          <div
            className="control flex flex-wrap items-center gap-1.5 py-1! focus-within:border-focus"
            data-multi="true"
          >
            {values.map((value) => (
              <span key={value} className="chip">
                {labels.get(value) ?? value}
                <button
                  type="button"
                  className="relative -mr-1 grid size-5 place-content-center rounded-sm text-muted hover:text-foreground disabled:hidden"
                  aria-label={`Remove ${labels.get(value) ?? value}`}
                  onClick={() => change(values.filter((each) => each !== value))}
                >
                  <X className="size-3" aria-hidden="true" />
                </button>
                {field.name ? <input type="hidden" name={field.name} value={value} /> : null}
              </span>
            ))}
            <input
              {...control}
              ref={input}
              data-field={field.name}
              role="combobox"
              aria-expanded={open && shown.length > 0}
              aria-controls={listId}
              aria-autocomplete="list"
              aria-activedescendant={open && shown[active] ? `${listId}-${active}` : undefined}
              autoComplete="off"
              placeholder={values.length === 0 ? placeholder : undefined}
              className="min-h-6 min-w-24 flex-1 bg-transparent outline-none! placeholder:text-muted"
              value={text}
              onChange={(event) => {
                setText(event.currentTarget.value);
                setActive(0);
                setOpen(true);
              }}
              onClick={() => setOpen(true)}
              onBlur={() => setOpen(false)}
              onKeyDown={(event) => {
                if (event.key === "ArrowDown" || event.key === "ArrowUp") {
                  event.preventDefault();
                  setOpen(true);
                  const step = event.key === "ArrowDown" ? 1 : -1;
                  if (shown.length) setActive((active + step + shown.length) % shown.length);
                } else if (event.key === "Enter" && (open || typed !== "")) {
                  event.preventDefault();
                  if (open) add(shown[active]);
                } else if (event.key === "," && create && fresh) {
                  event.preventDefault();
                  add({ value: typed, label: typed });
                } else if (event.key === "Escape" && open) {
                  event.stopPropagation();
                  setOpen(false);
                } else if (event.key === "Backspace" && text === "") change(values.slice(0, -1));
              }}
            />
          </div>
          <div
            id={listId}
            role="listbox"
            aria-label="Choices"
            hidden={!open || shown.length === 0}
            className="absolute top-full right-0 left-0 z-30 mt-1 max-h-64 overflow-y-auto rounded-panel bg-overlay p-1 text-foreground shadow-overlay"
          >
            {shown.map((option, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the field that owns the list
              // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus
              <div
                key={option.value}
                id={`${listId}-${index}`}
                role="option"
                aria-selected={index === active}
                className={`cursor-pointer rounded-chip px-2.5 py-1.5 text-body ${index === active ? "bg-default" : ""}`}
                onMouseDown={(event) => event.preventDefault()}
                onMouseEnter={() => setActive(index)}
                onClick={() => add(option)}
              >
                {option.label}
              </div>
            ))}
          </div>
        </div>
      )}
    </Field>
  );
}
