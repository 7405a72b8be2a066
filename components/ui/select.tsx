"use client";

import type { SelectHTMLAttributes } from "react";
import { cx } from "./cx.ts";
import { Field, type FieldProps } from "./field.tsx";

export type Option = { value: string; label: string; disabled?: boolean };
export type OptionGroup = { label: string; options: Option[] };

function isGroup(entry: Option | OptionGroup): entry is OptionGroup {
  return "options" in entry;
}

function OptionList({ options }: { options: Option[] }) {
  return options.map((option) => (
    <option key={option.value} value={option.value} disabled={option.disabled}>
      {option.label}
    </option>
  ));
}

/** The browser's own select: works without a script, by keyboard and on phones. */
export function Select({
  name,
  label,
  help,
  error,
  hideLabel,
  optional,
  className,
  options,
  placeholder,
  small,
  ...input
}: FieldProps & {
  options: (Option | OptionGroup)[];
  /** An empty first choice. */
  placeholder?: string;
  small?: boolean;
} & Omit<SelectHTMLAttributes<HTMLSelectElement>, "name">) {
  return (
    <Field {...{ name, label, help, error, hideLabel, optional, className }}>
      {(control) => (
        <select {...input} {...control} name={name} className={cx("control", small && "control-small")}>
          {placeholder !== undefined ? <option value="">{placeholder}</option> : null}
          {options.map((entry) =>
            isGroup(entry) ? (
              <optgroup key={entry.label} label={entry.label}>
                <OptionList options={entry.options} />
              </optgroup>
            ) : (
              <OptionList key={entry.value} options={[entry]} />
            ),
          )}
        </select>
      )}
    </Field>
  );
}
