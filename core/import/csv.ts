import { detect } from "chardet";
import { CsvError, parse } from "csv-parse";
import iconv from "iconv-lite";

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
const SLICE_CHARACTERS = 32 * 1024;
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
 * quote inside a cell stays in it). Memory is bounded by one row. Throws CsvStopped where the rest cannot be told apart.
 */
export async function* readCsv(text: AsyncIterable<string>, delimiter: string): AsyncGenerator<CsvRow> {
  const parser = parse({
    delimiter,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    record_delimiter: [],
    max_record_size: MAX_RECORD_CHARACTERS,
  });
  // Fed and read by hand: an error would throw away what the stream still holds, and those rows are good.
  let failure: unknown = null;
  parser.on("error", (error) => {
    failure ??= error;
  });
  let last = 0;
  let countedTwice = 0;
  const rows = function* (): Generator<CsvRow> {
    for (let next = parser.read(); next !== null; next = parser.read()) {
      const { record, info } = next as { record: string[]; info: { lines: number } };
      // The parser counts lines read so far, a CRLF inside a cell as two; a row is named by its first line.
      const inside = record.reduce((n, cell) => n + countOf(cell, "\n"), 0);
      countedTwice += record.reduce((n, cell) => n + countOf(cell, "\r\n"), 0);
      last = info.lines - countedTwice;
      yield { line: last - inside, cells: record };
    }
  };
  const tick = () => new Promise<void>((resolve) => setImmediate(resolve));
  for await (const piece of text) {
    for (let i = 0; i < piece.length && !failure; i += SLICE_CHARACTERS) {
      const more = parser.write(piece.slice(i, i + SLICE_CHARACTERS));
      yield* rows();
      if (!more) await tick();
      yield* rows();
    }
    if (failure) break;
  }
  if (!failure) {
    parser.end();
    await tick();
    yield* rows();
  }
  if (!failure) return;
  if (!(failure instanceof CsvError)) throw failure;
  const unclosed = failure.code === "CSV_QUOTE_NOT_CLOSED" || failure.code === "CSV_MAX_RECORD_SIZE";
  throw new CsvStopped(
    last + 1,
    unclosed
      ? `A quote that opens after line ${last} is never closed, so the rest of the file cannot be told apart.`
      : `The file cannot be read after line ${last}: ${failure.message}`,
  );
}

function countOf(cell: string, what: string): number {
  let n = 0;
  for (let i = cell.indexOf(what); i >= 0; i = cell.indexOf(what, i + 1)) n++;
  return n;
}
