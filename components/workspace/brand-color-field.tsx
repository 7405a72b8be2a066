"use client";

import { useState } from "react";
import { TextField } from "#components/ui/text-field.tsx";
import { contrast, INK, LEAST_CONTRAST, readableBrand } from "#core/workspace/contrast.ts";

const COLOR = /^#[0-9a-f]{6}$/i;

/** The brand colour, how it looks on a button, and what happens where it cannot be read. */
export function BrandColorField({ defaultValue }: { defaultValue: string }) {
  const [typed, setTyped] = useState(defaultValue);
  const color = COLOR.test(typed) ? typed.toLowerCase() : null;
  const ratio = color ? contrast(color, "#ffffff") : null;
  const isReadable = ratio !== null && ratio >= LEAST_CONTRAST;
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-end gap-3">
        <TextField
          name="brandColor"
          label="Brand colour"
          className="w-40"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          pattern="#[0-9a-fA-F]{6}"
          spellCheck={false}
          mono
          required
        />
        <label className="grid">
          <span className="sr-only">Choose the brand colour</span>
          <input
            type="color"
            className="size-9 cursor-pointer rounded-control border border-border bg-surface p-1"
            value={color ?? INK}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <span
          className="inline-flex h-9 items-center rounded-control px-4 text-table font-medium text-white"
          style={{ background: readableBrand(color ?? INK) }}
        >
          Subscribe
        </span>
      </div>
      <p className={isReadable || !color ? "text-help text-muted" : "text-help text-t-warning"} role="status">
        {ratio === null
          ? "Write the colour as #rrggbb."
          : isReadable
            ? `Contrast with white ${ratio.toFixed(1)}: readable.`
            : `Contrast with white ${ratio.toFixed(1)}; ${LEAST_CONTRAST} is needed. Buttons and links are drawn in ink instead.`}
      </p>
    </div>
  );
}
