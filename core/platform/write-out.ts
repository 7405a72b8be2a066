import { writeSync } from "node:fs";

const STANDARD_OUTPUT = 1;
/** A slow reader of a pipe has so long for one line. */
const PAUSE_MS = 10;
const PAUSES_MAX = 50;

const pause = new Int32Array(new SharedArrayBuffer(4));
let isTorn = false;

/**
 * Writes to standard output at once. A line that cannot be written (full disk, nobody reads) is left out: a stream
 * of Node or pino would end the process, or on its way out try again for ever. Mail goes whether somebody logs it or not.
 */
export function writeOut(line: string): void {
  let left = Buffer.from(isTorn ? `\n${line}` : line);
  const { length } = left;
  for (let pauses = 0; left.length > 0; ) {
    try {
      left = left.subarray(writeSync(STANDARD_OUTPUT, left));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || pauses === PAUSES_MAX) break;
      pauses += 1;
      Atomics.wait(pause, 0, 0, PAUSE_MS);
    }
  }
  if (left.length < length) isTorn = left.length > 0;
}
