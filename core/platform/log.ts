import pino from "pino";
import { writeOut } from "./write-out.ts";

const REDACTED = [
  "password",
  "secret",
  "token",
  "authorization",
  "cookie",
  "privateKey",
  "databaseUrl",
  "appSecret",
];

/** Level and format come from the environment directly: a wrong environment must still be able to say so. */
const root = pino(
  {
    level: process.env.LOG_LEVEL || (process.env.NODE_ENV === "test" ? "silent" : "info"),
    base: { pid: process.pid },
    redact: { paths: REDACTED.flatMap((key) => [key, `*.${key}`]), censor: "[redacted]" },
    formatters: { level: (label) => ({ level: label }) },
  },
  { write: writeOut },
);

export type Log = pino.Logger;

/** A logger for one part of the house: JSON lines on standard output, secrets blanked by key. */
export function log(name: string): Log {
  return root.child({ name });
}
