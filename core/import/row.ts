import { ADDRESS_FAULTS, parseAddress } from "../mail/address.ts";
import type { Attributes, AttributeType } from "../subscriber/types.ts";
import { convertCell, parseDate, parseTags, saysYes } from "./rules.ts";
import type { ImportColumn } from "./types.ts";

export type ImportedRow = {
  address: string;
  addressKey: string;
  domain: string;
  attributes: Attributes;
  tags: string[];
  consentAt: string | null;
  consentIp: string | null;
};

const PLAIN = /^[a-z0-9_-]+(?:[.+][a-z0-9_-]+)*@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24})$/;
const IP = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:]+)$/i;

const NOT_AGREED = "The row does not say that this person agreed";

/** Turns the cells of a row into a person, or says why it cannot. `types` are those of attributes that exist already. */
export function readRow(
  cells: string[],
  columns: ImportColumn[],
  types: ReadonlyMap<string, AttributeType>,
): { ok: true; row: ImportedRow } | { ok: false; reason: string } {
  if (cells.length > columns.length && cells.slice(columns.length).some((cell) => cell.trim() !== "")) {
    return { ok: false, reason: `The row has ${cells.length} fields, ${columns.length} are expected` };
  }
  let person: { address: string; addressKey: string; domain: string } | null = null;
  const attributes: Attributes = {};
  let tags: string[] = [];
  let consentAt: string | null = null;
  let consentIp: string | null = null;
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]!;
    const cell = cells[i] ?? "";
    if (column.to === "skip") continue;
    if (column.to === "address") {
      const read = readAddress(cell);
      if (!read.ok) return read;
      person = read;
    } else if (column.to === "attribute") {
      const converted = convertCell(cell, types.get(column.key) ?? column.type, column.label, column.order);
      if (!converted.ok) return converted;
      if (converted.value !== null) attributes[column.key] = converted.value;
    } else if (column.to === "tags") tags = parseTags(cell);
    else if (column.to === "agreed") {
      if (!saysYes(cell)) return { ok: false, reason: NOT_AGREED };
    } else if (column.to === "consent-at") consentAt = readMoment(cell);
    else if (IP.test(cell.trim())) consentIp = cell.trim();
  }
  if (!person) return { ok: false, reason: "There is no address" };
  return {
    ok: true,
    row: {
      address: person.address,
      addressKey: person.addressKey,
      domain: person.domain,
      attributes,
      tags,
      consentAt,
      consentIp,
    },
  };
}

function readAddress(
  cell: string,
): { ok: true; address: string; addressKey: string; domain: string } | { ok: false; reason: string } {
  const text = cell.trim();
  // Nearly every address of a file is this plain; the full reading costs ten times as much.
  const plain = text.length <= 200 ? PLAIN.exec(text) : null;
  if (plain && text.indexOf("@") <= 64)
    return { ok: true, address: text, addressKey: text, domain: plain[1]! };
  const read = parseAddress(text);
  if (read.ok) return { ok: true, address: read.address, addressKey: read.addressKey, domain: read.domain };
  return { ok: false, reason: `${ADDRESS_FAULTS[read.reason]}${text ? ` (“${text.slice(0, 80)}”)` : ""}` };
}

/** A consent date that cannot be read is no proof; it is left out rather than guessed. */
function readMoment(cell: string): string | null {
  const date = parseDate(cell);
  return date === null ? null : date.length === 10 ? `${date}T00:00:00Z` : date;
}

const ESCAPES: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** A value as PostgreSQL's COPY text format wants it. NUL cannot be stored and is dropped. */
export function copyText(value: string | null): string {
  if (value === null) return "\\N";
  return /[\\\t\n\r\u0000]/.test(value)
    ? value.replaceAll("\u0000", "").replace(/[\\\t\n\r]/g, (character) => ESCAPES[character]!)
    : value;
}

/** An array literal of texts inside a COPY field. */
export function copyTextArray(values: string[]): string {
  if (values.length === 0) return "{}";
  const items = values.map((value) => `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`);
  return copyText(`{${items.join(",")}}`);
}
