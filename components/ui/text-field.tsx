"use client";

import { type InputHTMLAttributes, type ReactNode, type TextareaHTMLAttributes, useState } from "react";
import { cx } from "./cx.ts";
import { Field, type FieldProps } from "./field.tsx";

type Shared = FieldProps & { mono?: boolean };

/** One line of text. Any input type that is text: email, url, password, search, tel. */
export function TextField({
  name,
  label,
  help,
  error,
  hideLabel,
  optional,
  className,
  mono,
  suffix,
  small,
  ...input
}: Shared & { suffix?: ReactNode; small?: boolean } & Omit<InputHTMLAttributes<HTMLInputElement>, "name">) {
  const [problem, setProblem] = useState<string>();
  return (
    <Field {...{ name, label, help, hideLabel, optional, className }} error={error ?? problem}>
      {(control) => (
        <div className="relative">
          <input
            {...input}
            {...control}
            name={name}
            className={cx("control", mono && "font-mono", small && "control-small", suffix ? "pr-14" : null)}
            onBlur={(event) => {
              const { validity, value } = event.currentTarget;
              const wrong = value !== "" && !validity.valid;
              setProblem(wrong ? event.currentTarget.validationMessage : undefined);
              input.onBlur?.(event);
            }}
            onInput={(event) => {
              if (problem && event.currentTarget.validity.valid) setProblem(undefined);
              input.onInput?.(event);
            }}
          />
          {suffix ? (
            <span className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-table text-muted">
              {suffix}
            </span>
          ) : null}
        </div>
      )}
    </Field>
  );
}

/** Several lines; grows with its text. */
export function TextArea({
  name,
  label,
  help,
  error,
  hideLabel,
  optional,
  className,
  mono,
  ...input
}: Shared & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "name">) {
  return (
    <Field {...{ name, label, help, error, hideLabel, optional, className }}>
      {(control) => (
        <textarea {...input} {...control} name={name} className={cx("control", mono && "font-mono")} />
      )}
    </Field>
  );
}

/** A number. `unit` stands behind it ("per minute"). */
export function NumberField({
  unit,
  ...props
}: Omit<Parameters<typeof TextField>[0], "type" | "suffix"> & { unit?: string }) {
  return <TextField inputMode="numeric" {...props} type="number" suffix={unit} />;
}

/** Date and time as the browser asks for it; the value is local, the zone is said beside it. */
export function DateTimeField({
  zone,
  help,
  ...props
}: Omit<Parameters<typeof TextField>[0], "type"> & { zone?: string }) {
  return <TextField {...props} type="datetime-local" help={help ?? (zone ? `Time in ${zone}` : undefined)} />;
}
