import type { PostgresType } from "postgres";
import { parse as parseArray } from "postgres-array";

/** Type oids of PostgreSQL's catalogue (`pg_type.dat`): element, array, and how an element is read. */
const BUILT_IN: Record<string, [element: number, array: number, read: (text: string) => unknown]> = {
  bool: [16, 1000, (text) => text === "t"],
  char: [18, 1002, String],
  name: [19, 1003, String],
  int8: [20, 1016, String],
  int2: [21, 1005, Number],
  int4: [23, 1007, Number],
  text: [25, 1009, String],
  oid: [26, 1028, Number],
  json: [114, 199, (text) => JSON.parse(text)],
  float4: [700, 1021, Number],
  float8: [701, 1022, Number],
  inet: [869, 1041, String],
  bpchar: [1042, 1014, String],
  varchar: [1043, 1015, String],
  date: [1082, 1182, (text) => new Date(text)],
  timestamp: [1114, 1115, (text) => new Date(text)],
  timestamptz: [1184, 1185, (text) => new Date(text)],
  numeric: [1700, 1231, String],
  uuid: [2950, 2951, String],
  jsonb: [3802, 3807, (text) => JSON.parse(text)],
};

/**
 * How postgres.js reads and writes arrays, told instead of asked for. It would ask each new connection
 * (`fetch_types`), and nobody handles the failure of that question: a server that crashes just then ends the process.
 * Arrays of enums are not among them: give those as text and cast (`::text[]::kind[]`).
 */
export const ARRAY_TYPES: Record<string, PostgresType> = Object.fromEntries(
  Object.entries(BUILT_IN).map(([name, [, oid, read]]) => [
    `${name}_array`,
    {
      to: oid,
      from: [oid],
      serialize: (value: unknown) => {
        if (!Array.isArray(value)) return value;
        return arrayLiteral(name.startsWith("json") ? value.map(document) : value);
      },
      parse: (text: string) => parseArray(text, read),
    },
  ]),
);

/** A text in an array of JSON is a JSON string. */
const document = (value: unknown): unknown => (value === null ? null : JSON.stringify(value));

/** PostgreSQL's text form of an array (its manual, 8.15.6). Dates are written in UTC. */
export function arrayLiteral(values: readonly unknown[]): string {
  let text = "{";
  for (const [i, value] of values.entries()) {
    if (i > 0) text += ",";
    text += element(value);
  }
  return `${text}}`;
}

function element(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) throw new Error("an array for the database has an undefined element");
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return `${value}`;
  if (Array.isArray(value)) return arrayLiteral(value);
  const text =
    typeof value === "string" ? value : value instanceof Date ? value.toISOString() : JSON.stringify(value);
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
