/** A bounce carries at most a copy of our mail; whatever lies beyond is not read. */
const READ_BYTES = 2 * 1024 * 1024;
const MAX_PARTS = 200;
const MAX_DEPTH = 8;
/** Longest field value looked at, in characters. */
const VALUE_MAX = 10_000;

export type Part = {
  /** Lower-case names; the first value of each is first. */
  headers: Map<string, string[]>;
  /** Lower-case, `text/plain` where nothing is said. */
  type: string;
  params: Record<string, string>;
  /** Transfer encoding undone, characters decoded. */
  text: string;
  children: Part[];
};

/**
 * A tree of MIME parts, read as leniently as bounces are written: any mix of CRLF, LF and CR, raw 8-bit bytes,
 * missing closing boundaries, boundaries that are never used. Never throws. Messages inside (`message/rfc822`)
 * are kept as text and not walked into: what they contain was not said by the reporter.
 */
export function parseMime(raw: Uint8Array): Part {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, READ_BYTES));
  const text = bytes
    .toString("latin1")
    .replace(/\r\n?/g, "\n")
    .replace(/^(?:From [^\n]*\n|\n+)/, "");
  return parsePart(text, 0, { left: MAX_PARTS });
}

/** All parts in reading order, the container first. */
export function walk(part: Part): Part[] {
  return [part, ...part.children.flatMap(walk)];
}

export function header(part: Pick<Part, "headers">, name: string): string {
  return part.headers.get(name)?.[0] ?? "";
}

/** Splits at the first empty line; a block that does not look like headers is all body. */
export function splitHeaders(text: string): { head: string; body: string } {
  if (text.startsWith("\n")) return { head: "", body: text.slice(1) };
  const end = text.indexOf("\n\n");
  return end < 0 ? { head: text, body: "" } : { head: text.slice(0, end), body: text.slice(end + 2) };
}

/** Header fields by lower-case name, unfolded; lines that are no field are skipped. */
export function parseHeaders(head: string): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const line of head
    .slice(0, 200_000)
    .replace(/\n[ \t]+/g, " ")
    .split("\n")) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    if (!/^[!-9;-~]+$/.test(name)) continue;
    const values = headers.get(name) ?? [];
    values.push(line.slice(colon + 1, colon + 1 + VALUE_MAX).trim());
    headers.set(name, values);
  }
  return headers;
}

function parsePart(text: string, depth: number, budget: { left: number }): Part {
  const { head, body } = splitHeaders(text);
  const headers = parseHeaders(head);
  const { type, params } = parseType(headers.get("content-type")?.[0] ?? "");
  const encoding = (headers.get("content-transfer-encoding")?.[0] ?? "").trim().toLowerCase();
  const part: Part = { headers, type, params, text: "", children: [] };
  const pieces =
    type.startsWith("multipart/") && depth < MAX_DEPTH ? splitParts(body, params.boundary ?? "") : [];
  if (pieces.length === 0) {
    part.text = decodeText(decodeTransfer(body, encoding), params.charset ?? "");
    return part;
  }
  for (const piece of pieces) {
    if (budget.left-- <= 0) break;
    part.children.push(parsePart(piece, depth + 1, budget));
  }
  return part;
}

function splitParts(body: string, boundary: string): string[] {
  if (boundary === "") return [];
  const pieces: string[] = [];
  let current: string[] | null = null;
  for (const line of body.split("\n")) {
    const trimmed = line.trimEnd();
    if (trimmed === `--${boundary}` || trimmed === `--${boundary}--`) {
      if (current) pieces.push(current.join("\n"));
      current = trimmed.endsWith(`${boundary}--`) && trimmed !== `--${boundary}` ? null : [];
      if (pieces.length >= MAX_PARTS) return pieces;
    } else current?.push(line);
  }
  if (current && current.length > 0) pieces.push(current.join("\n"));
  return pieces;
}

function parseType(value: string): { type: string; params: Record<string, string> } {
  const params: Record<string, string> = {};
  const short = value.slice(0, 2000);
  for (const match of short.matchAll(/;\s*([a-z0-9*-]+)\s*=\s*(?:"([^"]*)"|([^\s;]+))/gi)) {
    params[match[1]!.toLowerCase()] = match[2] ?? match[3] ?? "";
  }
  const type = /^\s*([a-z0-9.+-]+\/[a-z0-9.+-]+)/i.exec(short)?.[1]?.toLowerCase();
  return { type: type ?? "text/plain", params };
}

function decodeTransfer(body: string, encoding: string): Buffer {
  if (encoding === "base64") return Buffer.from(body.replace(/[^A-Za-z0-9+/=]/g, ""), "base64");
  if (encoding !== "quoted-printable") return Buffer.from(body, "latin1");
  const plain = body
    .replace(/=[ \t]*\n/g, "")
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(plain, "latin1");
}

function decodeText(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset === "" ? "utf-8" : charset, { fatal: charset === "" }).decode(bytes);
  } catch {
    // An unknown name, or 8-bit bytes that nobody declared.
    return bytes.toString("latin1");
  }
}
