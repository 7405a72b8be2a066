/**
 * Rows as CSV (RFC 4180, CRLF). Text that a spreadsheet would run as a formula gets an apostrophe
 * in front of it. Times are ISO 8601.
 */
export function toCsv(
  columns: readonly string[],
  rows: readonly (readonly (string | number | Date)[])[],
): string {
  const cell = (value: string | number | Date) => {
    if (typeof value === "number") return String(value);
    if (value instanceof Date) return value.toISOString();
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [columns, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
