import { detect } from "chardet";
import iconv from "iconv-lite";
import { type LineEnds, scanRows } from "./scan.ts";

/** A row of the file: the line it starts at (1 = first) and its cells as they are. */
export type CsvRow = { line: number; cells: string[] };

/** Where reading had to stop, in a sentence; the rows before it were handed out. */
export class CsvStopped extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.name = "CsvStopped";
    this.line = line;
  }
}

const DELIMITERS = [",", ";", "\t", "|"] as const;
/** Cut into rows at a time: those of a whole megabyte would be alive together. */
const SLICE_CHARACTERS = 64 * 1024;
/** A record larger than this is a quote that was never closed, not a person. */
const MAX_RECORD_CHARACTERS = 1_000_000;

/** The encoding of a file by its first bytes: byte order mark, else valid UTF-8, else statistics. */
export function detectEncoding(head: Buffer): string {
  if (head.length >= 3 && head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return "utf-8";
  if (head.length >= 2 && head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head.length >= 2 && head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  const even = countZeros(head, 0);
  const odd = countZeros(head, 1);
  if (odd > head.length / 6 && even < odd / 8) return "utf-16le";
  if (even > head.length / 6 && odd < even / 8) return "utf-16be";
  // A character may be cut at the end of the sample: leave the last three bytes out of the verdict.
  const checked = head.length > 64 ? head.subarray(0, head.length - 3) : head;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(checked, { stream: true });
    return "utf-8";
  } catch {
    const guess = (detect(head) ?? "").toLowerCase();
    // Windows-1252 is a superset of ISO-8859-1 and what Excel writes; other guesses are taken where they can be decoded.
    if (guess.startsWith("iso-8859-1") || guess === "utf-8" || !iconv.encodingExists(guess))
      return "windows-1252";
    return guess;
  }
}

function countZeros(buffer: Buffer, from: 0 | 1): number {
  let n = 0;
  for (let i = from; i < Math.min(buffer.length, 4096); i += 2) if (buffer[i] === 0) n++;
  return n;
}

/** Decodes a byte stream piece by piece; a byte order mark is dropped. */
export async function* decodeStream(bytes: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<string> {
  const decoder = iconv.getDecoder(encoding);
  let first = true;
  for await (const chunk of bytes) {
    let text = decoder.write(chunk);
    if (first && text.length > 0) {
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
      first = false;
    }
    if (text) yield text;
  }
  const rest = decoder.end();
  if (rest) yield rest;
}

/** The delimiter that cuts the sample's lines into the same number of cells most often; a comma where nothing tells. */
export function detectDelimiter(sample: string): string {
  const excel = /^sep=(.)\r?\n/i.exec(sample);
  if (excel?.[1]) return excel[1];
  let best: string = ",";
  let bestScore = 0;
  for (const delimiter of DELIMITERS) {
    const counts = cellsPerLine(sample, delimiter);
    const usual = mostCommon(counts);
    if (usual < 2) continue;
    const score = (counts.filter((n) => n === usual).length / counts.length) * 100 + Math.min(usual, 40);
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}

function cellsPerLine(sample: string, delimiter: string): number[] {
  const counts: number[] = [];
  let cells = 1;
  let quoted = false;
  for (const character of sample) {
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === delimiter) cells++;
    else if (character === "\n") {
      counts.push(cells);
      cells = 1;
      if (counts.length >= 200) return counts;
    }
  }
  if (cells > 1 || counts.length === 0) counts.push(cells);
  return counts;
}

function mostCommon(values: number[]): number {
  const tally = new Map<number, number>();
  for (const v of values) tally.set(v, (tally.get(v) ?? 0) + 1);
  return [...tally].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0] ?? 1;
}

/**
 * Reads CSV text into rows, cells exactly as written (RFC 4180; LF, CRLF or CR ends; empty lines are passed over; a stray
 * quote inside a cell stays in it). Memory is bounded by one piece and one row. Throws CsvStopped where the rest cannot be
 * told apart.
 */
export async function* readCsv(text: AsyncIterable<string>, delimiter: string): AsyncGenerator<CsvRow> {
  const code = delimiter.charCodeAt(0);
  const ends: LineEnds = { isCr: null };
  let held = "";
  let line = 1;
  const take = (isLast: boolean): CsvRow[] => {
    const read = scanRows(held, code, ends, isLast, line);
    held = held.slice(read.rest);
    line = read.line;
    return read.rows.filter(({ cells }) => cells.length > 1 || cells[0] !== "");
  };
  for await (const piece of text) {
    for (let i = 0; i < piece.length; i += SLICE_CHARACTERS) {
      held += piece.slice(i, i + SLICE_CHARACTERS);
      yield* take(false);
    }
    if (held.length > MAX_RECORD_CHARACTERS) throw stoppedAt(line);
  }
  yield* take(true);
  // What is left at the end is a row with an open quote.
  if (held !== "") throw stoppedAt(line);
}

const stoppedAt = (line: number): CsvStopped =>
  new CsvStopped(
    line,
    line === 1
      ? "A quote that opens in the first line is never closed, so the file cannot be told apart."
      : `A quote that opens after line ${line - 1} is never closed, so the rest of the file cannot be told apart.`,
  );
