/**
 * One CSV line (RFC 4180, CRLF). A cell that a spreadsheet would run as a formula gets a leading apostrophe: what people
 * typed into a form must not run on the computer of whoever opens the export.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(cell: string | number | null): string {
  if (typeof cell === "number") return String(cell);
  const text = cell ?? "";
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Headers of a CSV download; the name loses what a header cannot hold. */
export function csvHeaders(name: string): Record<string, string> {
  return {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": `attachment; filename="${name.replace(/[^\w.-]+/g, "-")}"`,
    "cache-control": "no-store",
  };
}
