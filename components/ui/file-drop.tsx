"use client";

import { FileText, Upload } from "lucide-react";
import { type ReactNode, useId, useRef, useState } from "react";
import { Button } from "./button.tsx";
import { cx } from "./cx.ts";
import { FieldNote } from "./field.tsx";
import { useFieldError } from "./form-context.ts";
import { formatBytes } from "./format.ts";

/** A file by drag and drop or by a button. Sends it in the form, or hands it to `onFile`. */
export function FileDrop({
  name,
  label,
  help,
  error,
  accept,
  maxBytes,
  required,
  onFile,
  children,
}: {
  name: string;
  label: string;
  help?: ReactNode;
  error?: string;
  /** ".csv,.txt,.tsv" */
  accept?: string;
  maxBytes?: number;
  required?: boolean;
  /** For uploads that do not go through a form. */
  onFile?: (file: File) => void;
  children?: ReactNode;
}) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState<string>();
  const formError = useFieldError(name);
  const message = problem ?? error ?? formError;
  const note = message || help ? `${id}-note` : undefined;

  function take(next: File | undefined) {
    setProblem(undefined);
    if (!next) return setFile(null);
    if (maxBytes && next.size > maxBytes) {
      setFile(null);
      if (input.current) input.current.value = "";
      return setProblem(`${next.name} has ${formatBytes(next.size)}. The most is ${formatBytes(maxBytes)}.`);
    }
    setFile(next);
    onFile?.(next);
  }

  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="w-fit text-table font-medium">
        {label}
      </label>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is the second way, the button the first */}
      <div
        className={cx(
          "grid justify-items-center gap-2 rounded-panel border border-dashed border-field-border px-4 py-8 text-center",
          over ? "bg-accent-soft" : "bg-surface-secondary",
        )}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          const dropped = event.dataTransfer.files;
          if (!dropped[0]) return;
          if (input.current) input.current.files = dropped;
          take(dropped[0]);
        }}
      >
        {file ? (
          <p className="flex items-center gap-2 text-body font-medium">
            <FileText className="icon" aria-hidden="true" />
            <span className="[overflow-wrap:anywhere]">{file.name}</span>
            <span className="font-normal whitespace-nowrap text-muted">{formatBytes(file.size)}</span>
          </p>
        ) : (
          <p className="text-body text-muted">Drop a file here, or</p>
        )}
        <input
          ref={input}
          id={id}
          name={name}
          type="file"
          accept={accept}
          required={required}
          aria-describedby={note}
          aria-invalid={message ? true : undefined}
          className="sr-only"
          tabIndex={-1}
          onChange={(event) => take(event.currentTarget.files?.[0])}
        />
        <Button
          icon={<Upload aria-hidden="true" />}
          onClick={() => input.current?.click()}
          aria-describedby={note}
        >
          {file ? "Choose another file" : "Choose a file"}
        </Button>
        {children}
      </div>
      <FieldNote id={note} error={message} help={help} />
    </div>
  );
}
