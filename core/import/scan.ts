/** What was read of a text: whole rows with the line they start at, and where the first row begins that is not whole. */
type Scanned = { rows: { line: number; cells: string[] }[]; rest: number; line: number };

const QUOTE = 34;
const LF = 10;
const CR = 13;

/** How a file ends its lines: known once the first line ended. Only a file of bare CRs has them as line ends. */
export type LineEnds = { isCr: boolean | null };

/**
 * Cuts a piece of CSV text into rows (RFC 4180; LF, CRLF or CR ends; a stray quote stays in its cell, also one after a
 * closing quote). Unless `isLast`, a row that the piece may have cut is left to the next one. Ours and not a library's:
 * csv-parse took 8 µs a row of eight cells, half of what an import may cost; this takes one.
 */
export function scanRows(
  text: string,
  delimiter: number,
  ends: LineEnds,
  isLast: boolean,
  firstLine: number,
): Scanned {
  const rows: Scanned["rows"] = [];
  const length = text.length;
  let line = firstLine;
  let rowStart = 0;
  let at = 0;
  let cells: string[] = [];
  let linesInside = 0;
  while (at < length || cells.length > 0) {
    let end = at;
    let cell: string | null = null;
    if (text.charCodeAt(at) === QUOTE) {
      const close = closingQuote(text, at, delimiter);
      if (close.at < 0 || (close.at === length - 1 && !isLast)) break;
      // Something else than an end after the closing quote: the quotes are part of the cell.
      if (close.isEnd) {
        cell = text.slice(at + 1, close.at);
        if (close.isEscaped) cell = cell.replaceAll('""', '"');
        linesInside += countEnds(cell, ends);
        end = close.at + 1;
      }
    }
    if (cell === null) {
      for (; end < length; end++) {
        const code = text.charCodeAt(end);
        if (code === delimiter || code === LF) break;
        if (code === CR && isLineEnd(text, end, ends)) break;
      }
      cell = text.slice(at, end);
    }
    if (end >= length && !isLast) break;
    const code = end < length ? text.charCodeAt(end) : LF;
    // CR at the very end: whether LF follows is not known yet.
    if (code === CR && end === length - 1 && !isLast) break;
    cells.push(cell);
    if (code === delimiter) {
      at = end + 1;
      // The text ends after a delimiter: an empty cell follows.
      if (at >= length) {
        if (!isLast) break;
        cells.push("");
      } else continue;
    } else {
      if (code === CR) ends.isCr ??= text.charCodeAt(end + 1) !== LF;
      else ends.isCr ??= false;
      at = code === CR && text.charCodeAt(end + 1) === LF ? end + 2 : end + 1;
    }
    rows.push({ line, cells });
    line += 1 + linesInside;
    linesInside = 0;
    cells = [];
    rowStart = at;
  }
  return { rows, rest: Math.min(rowStart, length), line };
}

/** CR ends a line with LF after it, or alone where the file has no other ends (or no end was seen yet). */
const isLineEnd = (text: string, at: number, ends: LineEnds): boolean =>
  ends.isCr !== false || at === text.length - 1 || text.charCodeAt(at + 1) === LF;

/** The quote that closes the one at `from`; -1 where there is none in this text. */
function closingQuote(
  text: string,
  from: number,
  delimiter: number,
): { at: number; isEscaped: boolean; isEnd: boolean } {
  let isEscaped = false;
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    if (text.charCodeAt(at + 1) !== QUOTE) {
      const next = at + 1 < text.length ? text.charCodeAt(at + 1) : LF;
      return { at, isEscaped, isEnd: next === delimiter || next === LF || next === CR };
    }
    isEscaped = true;
    at++;
  }
  return { at: -1, isEscaped, isEnd: false };
}

function countEnds(cell: string, ends: LineEnds): number {
  const end = ends.isCr ? "\r" : "\n";
  let n = 0;
  for (let i = cell.indexOf(end); i >= 0; i = cell.indexOf(end, i + 1)) n++;
  return n;
}
