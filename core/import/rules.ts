import type { AttributeType } from "../subscriber/types.ts";
import type { DateOrder, ImportColumn, ImportStanding } from "./types.ts";

const ADDRESS_HEADERS = new Set([
  "email",
  "emailaddress",
  "mail",
  "address",
  "mailaddress",
  "emailadresse",
  "subscriberemail",
  "correo",
]);
const TAG_HEADERS = new Set(["tags", "labels", "tag"]);
const CONSENT_AT_HEADERS = [
  "confirmtime",
  "optintime",
  "subscribedat",
  "consentat",
  "optindate",
  "consentdate",
];
const CONSENT_IP_HEADERS = ["confirmip", "optinip", "consentip", "ipaddress", "ip"];
/** Bookkeeping of other tools that says nothing about the person. */
const SKIPPED_HEADERS = new Set([
  "leid",
  "euid",
  "memberrating",
  "gmtoff",
  "dstoff",
  "lastchanged",
  "uuid",
  "stripecustomerid",
  "recordid",
  "contactid",
  "latitude",
  "longitude",
  "optinip",
  "optintime",
  "confirmip",
  "confirmtime",
  "status",
  "updatedat",
]);
const KNOWN_KEYS: Record<string, { key: string; label: string }> = {
  firstname: { key: "first_name", label: "First name" },
  fname: { key: "first_name", label: "First name" },
  givenname: { key: "first_name", label: "First name" },
  vorname: { key: "first_name", label: "First name" },
  lastname: { key: "last_name", label: "Last name" },
  lname: { key: "last_name", label: "Last name" },
  surname: { key: "last_name", label: "Last name" },
  nachname: { key: "last_name", label: "Last name" },
  name: { key: "name", label: "Name" },
  cc: { key: "country", label: "Country" },
};

const squash = (header: string): string => header.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/** A key that Liquid and segments can use: lower-case letters, digits, underscores; never empty. */
export function attributeKey(header: string): string {
  const key = header
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 40);
  return /^[a-z]/.test(key) ? key : `field_${key || "unnamed"}`;
}

const looksLikeAddress = (cell: string): boolean => /^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]{2,}$/.test(cell.trim());

/** True where the first row names columns: no address in it, no repeats, and not all empty. */
export function looksLikeHeader(row: string[]): boolean {
  const cells = row.map((cell) => cell.trim());
  if (cells.some(looksLikeAddress) || cells.every((cell) => cell === "")) return false;
  const named = cells.filter((cell) => cell !== "");
  if (named.every((cell) => /^[\d.,:/ -]+$/.test(cell))) return false;
  return new Set(named.map(squash)).size === named.length;
}

/**
 * What each column most likely is, from its header, its values and the attributes that there are already (`known`);
 * the person decides.
 */
export function suggestMapping(
  header: string[] | null,
  sample: string[][],
  known: { key: string; label: string; type: AttributeType }[] = [],
): ImportColumn[] {
  // Beyond the header a field is surplus: its row is rejected, it makes no column.
  const width = header?.length ?? Math.max(...sample.map((row) => row.length), 0);
  const names = Array.from({ length: width }, (_, i) => header?.[i]?.trim() ?? "");
  const values = names.map((_, i) => sample.map((row) => row[i]?.trim() ?? "").filter((cell) => cell !== ""));
  const byHeader = names.findIndex((name) => ADDRESS_HEADERS.has(squash(name)));
  const byValues = values.findIndex(
    (cells) => cells.length > 0 && cells.filter(looksLikeAddress).length >= cells.length * 0.6,
  );
  const address = byHeader >= 0 ? byHeader : byValues;
  const consentAt = firstOf(names, CONSENT_AT_HEADERS);
  const consentIp = firstOf(names, CONSENT_IP_HEADERS);
  const used = new Set<string>();
  return names.map((name, i): ImportColumn => {
    const plain = squash(name);
    if (i === address) return { to: "address" };
    if (TAG_HEADERS.has(plain)) return { to: "tags" };
    if (i === consentAt) return { to: "consent-at" };
    if (i === consentIp) return { to: "consent-ip" };
    if (SKIPPED_HEADERS.has(plain) || (header !== null && name === "")) return { to: "skip" };
    const same =
      name === "" ? undefined : known.find((one) => squash(one.label) === plain && !used.has(one.key));
    if (same) {
      used.add(same.key);
      const order = same.type === "date" ? suggestOrder(values[i] ?? []) : undefined;
      return { to: "attribute", key: same.key, label: same.label, type: same.type, ...(order && { order }) };
    }
    const usual = KNOWN_KEYS[plain];
    const label = usual?.label ?? (name || `Column ${i + 1}`);
    let key = usual?.key ?? attributeKey(name || `column_${i + 1}`);
    while (used.has(key)) key = `${key}_${i + 1}`;
    used.add(key);
    const type = suggestType(values[i] ?? []);
    const order = type === "date" ? suggestOrder(values[i] ?? []) : undefined;
    return { to: "attribute", key, label, type, ...(order && { order }) };
  });
}

function firstOf(names: string[], wanted: string[]): number {
  for (const want of wanted) {
    const at = names.findIndex((name) => squash(name) === want);
    if (at >= 0) return at;
  }
  return -1;
}

function suggestType(cells: string[]): AttributeType {
  if (cells.length === 0) return "text";
  if (cells.every((cell) => /^-?\d{1,15}(\.\d+)?$/.test(cell) && !/^0\d/.test(cell))) {
    // Long digit strings are numbers of something (phones, postcodes, ids), not amounts.
    return cells.some((cell) => cell.length > 9) ? "text" : "number";
  }
  if (cells.every((cell) => parseDate(cell, "day-first") !== null || parseDate(cell, "month-first") !== null))
    return "date";
  if (cells.every((cell) => /^(true|false|yes|no)$/i.test(cell))) return "boolean";
  return "text";
}

/** Which comes first, day or month, where one value of the column gives it away; nothing where values disagree. */
function suggestOrder(cells: string[]): DateOrder | undefined {
  const slashed = cells.flatMap((cell) => {
    const match = /^(\d{1,2})\/(\d{1,2})\/\d{4}$/.exec(cell);
    return match ? [[Number(match[1]), Number(match[2])] as const] : [];
  });
  const dayFirst = slashed.some(([a]) => a > 12);
  const monthFirst = slashed.some(([, b]) => b > 12);
  if (dayFirst === monthFirst) return undefined;
  return dayFirst ? "day-first" : "month-first";
}

/** True for names of columns that say whether somebody agreed to get mail. */
export const looksLikeConsent = (header: string): boolean =>
  /consent|opt.?in$|opted|permission|newsletter|einwillig|zustimm|subscribed|agreed|gdpr|dsgvo/i.test(
    header,
  ) && !/time|date|ip$/i.test(header);

/** A cell that says yes, in the languages that exports come in. */
export const saysYes = (cell: string): boolean =>
  /^(true|t|yes|y|1|on|x|ja|oui|si|sí|sim|subscribed|confirmed|granted|opt(ed)?[- ]?in)$/i.test(cell.trim());

/** Mailchimp and others say the standing in the file's name only; importing those as active is the classic error. */
export function standingOfFileName(name: string): ImportStanding {
  const plain = name.toLowerCase();
  if (/(^|[^a-z])(unsubscribed|unsubscribes|opt[-_ ]?out|optouts?)([^a-z]|$)/.test(plain))
    return "unsubscribed";
  if (/(^|[^a-z])(cleaned|bounced|bounces|hard[-_ ]?bounce)([^a-z]|$)/.test(plain)) return "suppressed";
  return "confirmed";
}

/** Tags as tools write them: `"VIP","Blog"`, `VIP, Blog` or `VIP; Blog`. */
export function parseTags(cell: string): string[] {
  if (cell === "") return [];
  const tags = cell.split(/[,;]/).map((tag) => tag.replaceAll('"', "").trim().slice(0, 60));
  return [...new Set(tags.filter((tag) => tag !== ""))].slice(0, 50);
}

/** ISO dates and date-times, and unambiguous day-first or dotted ones; null where it is none or could be two. */
export function parseDate(cell: string, order?: DateOrder): string | null {
  const text = cell.trim();
  const usual = parseUsualDate(text);
  if (usual) return usual;
  const iso =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?$/i.exec(
      text,
    );
  if (iso) {
    const [, year, month, day, hour] = iso;
    if (!isDay(Number(year), Number(month), Number(day))) return null;
    if (hour === undefined) return `${year}-${month}-${day}`;
    const zone = !iso[7] || /^(z|utc)$/i.test(iso[7]) ? "Z" : iso[7];
    const moment = new Date(`${year}-${month}-${day}T${hour}:${iso[5]}:${iso[6] ?? "00"}${zone}`);
    return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
  }
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
  if (dotted) return dayOf(Number(dotted[3]), Number(dotted[2]), Number(dotted[1]));
  const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text);
  if (slashed) {
    const [a, b, year] = [Number(slashed[1]), Number(slashed[2]), Number(slashed[3])];
    if (a > 12) return dayOf(year, b, a);
    if (b > 12) return dayOf(year, a, b);
    if (a === b || order === "day-first") return dayOf(year, b, a);
    if (order === "month-first") return dayOf(year, a, b);
  }
  return null;
}

/** `2024-03-11` and `2024-03-11 10:11:12` (UTC), of which files are full, without a look at the calendar up to the 28th. */
function parseUsualDate(text: string): string | null {
  if (text.length !== 10 && text.length !== 19) return null;
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return null;
  const [year, month, day] = [numberAt(text, 0, 4), numberAt(text, 5, 2), numberAt(text, 8, 2)];
  if (!(year >= 1900 && month >= 1 && month <= 12 && day >= 1 && day <= 28)) return null;
  if (text.length === 10) return text;
  const isTime =
    text.charCodeAt(10) === 32 &&
    text.charCodeAt(13) === 58 &&
    text.charCodeAt(16) === 58 &&
    numberAt(text, 11, 2) < 24 &&
    numberAt(text, 14, 2) < 60 &&
    numberAt(text, 17, 2) < 60;
  return isTime ? `${text.slice(0, 10)}T${text.slice(11)}.000Z` : null;
}

/** The number that these digits say; NaN, which no comparison holds for, where one is no digit. */
function numberAt(text: string, from: number, length: number): number {
  let number = 0;
  for (let i = from; i < from + length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return year >= 1900 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

const dayOf = (year: number, month: number, day: number): string | null =>
  isDay(year, month, day)
    ? `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`
    : null;

/** A cell as its attribute's type says, or the reason why it is not that. Empty cells are null: they change nothing. */
export function convertCell(
  cell: string,
  type: AttributeType,
  label: string,
  order?: DateOrder,
): { ok: true; value: string | number | boolean | null } | { ok: false; reason: string } {
  const text = cell.trim();
  if (text === "") return { ok: true, value: null };
  if (type === "text") {
    if (text.length > 2000) return { ok: false, reason: `${label} is longer than 2,000 characters` };
    return { ok: true, value: text.replaceAll("\u0000", "") };
  }
  if (type === "number") {
    const number = Number(text.replace(/^(-?\d+),(\d{1,2})$/, "$1.$2"));
    return Number.isFinite(number)
      ? { ok: true, value: number }
      : { ok: false, reason: `${label}: “${shorten(text)}” is not a number` };
  }
  if (type === "boolean") {
    if (/^(true|yes|y|1|on)$/i.test(text)) return { ok: true, value: true };
    if (/^(false|no|n|0|off)$/i.test(text)) return { ok: true, value: false };
    return { ok: false, reason: `${label}: “${shorten(text)}” is neither yes nor no` };
  }
  const date = parseDate(text, order);
  if (!date && /^\d{1,2}\/\d{1,2}\/\d{4}$/.test(text))
    return {
      ok: false,
      reason: `${label}: “${text}” could be two days, say whether day or month comes first`,
    };
  return date
    ? { ok: true, value: date }
    : { ok: false, reason: `${label}: “${shorten(text)}” is not a date that can be read` };
}

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
