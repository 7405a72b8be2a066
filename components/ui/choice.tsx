"use client";

import { type InputHTMLAttributes, type ReactNode, useId } from "react";
import { cx } from "./cx.ts";
import { FieldNote, type FieldProps } from "./field.tsx";
import { useFieldError } from "./form-context.ts";

type Box = Omit<FieldProps, "hideLabel" | "optional"> &
  Omit<InputHTMLAttributes<HTMLInputElement>, "name" | "type">;

function Tick({ kind, name, label, help, error, className, ...input }: Box & { kind: "check" | "switch" }) {
  const id = useId();
  const formError = useFieldError(name);
  const message = error ?? formError;
  const note = message || help ? `${id}-note` : undefined;
  return (
    <div
      className={cx(
        "grid items-start gap-x-2.5",
        kind === "check" ? "grid-cols-[auto_minmax(0,1fr)]" : "grid-cols-[minmax(0,1fr)_auto]",
        className,
      )}
    >
      <label
        htmlFor={id}
        className={cx("text-body text-foreground", kind === "check" ? "order-2" : "font-medium")}
      >
        {label}
      </label>
      <input
        {...input}
        id={id}
        name={name}
        type="checkbox"
        role={kind === "switch" ? "switch" : undefined}
        aria-describedby={note}
        aria-invalid={message ? true : undefined}
        className={kind === "check" ? "check order-1 mt-0.5" : "switch-track"}
      />
      <div className={kind === "check" ? "order-3 col-start-2" : "col-start-1"}>
        <FieldNote id={note} error={message} help={help} />
      </div>
    </div>
  );
}

/** One box to tick. Sends `value` (default "on") or nothing. */
export function Checkbox(props: Box) {
  return <Tick {...props} kind="check" />;
}

export type Choice = {
  value: string;
  label: ReactNode;
  help?: ReactNode;
  disabled?: boolean;
  children?: ReactNode;
};

/** One of few, each with a sentence. */
export function RadioCards({
  name,
  label,
  choices,
  value,
  defaultValue,
  onChange,
  columns = 1,
  hideLabel,
  help,
  error,
}: Omit<FieldProps, "name"> & {
  name: string;
  choices: Choice[];
  value?: string;
  defaultValue?: string;
  onChange?: (value: string) => void;
  columns?: 1 | 2 | 3;
}) {
  const id = useId();
  const formError = useFieldError(name);
  const message = error ?? formError;
  const note = message || help ? `${id}-note` : undefined;
  return (
    <fieldset className="grid min-w-0 gap-1.5" aria-describedby={note}>
      <legend className={hideLabel ? "sr-only" : "mb-1.5 text-table font-medium text-foreground"}>
        {label}
      </legend>
      <div
        className={cx(
          "grid grid-cols-[minmax(0,1fr)] gap-2",
          columns === 2 && "md:grid-cols-2",
          columns === 3 && "md:grid-cols-3",
        )}
      >
        {choices.map((choice) => (
          <div key={choice.value} className="radio-card">
            <input
              type="radio"
              className="check mt-px"
              id={`${id}-${choice.value}`}
              name={name}
              value={choice.value}
              disabled={choice.disabled}
              aria-describedby={choice.help ? `${id}-${choice.value}-help` : undefined}
              {...(value !== undefined ? { checked: value === choice.value } : {})}
              {...(value === undefined ? { defaultChecked: defaultValue === choice.value } : {})}
              onChange={() => onChange?.(choice.value)}
            />
            <div className="min-w-0 flex-1">
              <label
                htmlFor={`${id}-${choice.value}`}
                className="font-medium text-foreground after:absolute after:inset-0"
              >
                {choice.label}
              </label>
              {choice.help ? (
                <div id={`${id}-${choice.value}-help`} className="text-help text-muted">
                  {choice.help}
                </div>
              ) : null}
              {choice.children ? <div className="relative z-10 mt-2">{choice.children}</div> : null}
            </div>
          </div>
        ))}
      </div>
      <FieldNote id={note} error={message} help={help} />
    </fieldset>
  );
}
