"use client";

import { Download } from "lucide-react";
import { toCsv } from "./csv.ts";

/** Downloads rows that the page holds already. */
export function CsvButton({
  name,
  columns,
  rows,
  label = "Export",
}: {
  /** Of the file, without its ending. */
  name: string;
  columns: string[];
  rows: (string | number | Date)[][];
  label?: string;
}) {
  function download() {
    const url = URL.createObjectURL(new Blob([toCsv(columns, rows)], { type: "text/csv" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `${name}.csv`;
    link.click();
    URL.revokeObjectURL(url);
  }
  return (
    <button type="button" className="btn btn-ghost btn-small px-2.5!" onClick={download}>
      <Download aria-hidden="true" />
      {label}
    </button>
  );
}
