import { is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { expect, test } from "vitest";
import * as schema from "#db/schema/index.ts";
import { testDatabase } from "#db/testing/database.ts";

/** `name type [not null]` for every column, sorted: what both sides can say in the same words. */
type Columns = Record<string, string[]>;

function columnsOfCode(): Columns {
  const tables = Object.values(schema).filter((one) => is(one, PgTable));
  return Object.fromEntries(
    tables.map((table) => {
      const { name, columns } = getTableConfig(table);
      const lines = columns.map(
        (one) => `${one.name} ${normalize(one.getSQLType())}${one.notNull ? " not null" : ""}`,
      );
      return [name, lines.sort()];
    }),
  );
}

/** Drizzle's names for types, in PostgreSQL's own spelling. */
function normalize(type: string): string {
  return type.replace(/^serial$/, "integer").replace(/^bigserial$/, "bigint");
}

async function columnsOfDatabase(): Promise<Columns> {
  const { sql } = await testDatabase();
  const rows = await sql<{ table: string; line: string }[]>`
    select c.relname as table,
           a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end as line
      from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and a.attnum > 0 and not a.attisdropped`;
  const columns: Columns = {};
  for (const { table, line } of rows) columns[table] = [...(columns[table] ?? []), line];
  for (const lines of Object.values(columns)) lines.sort();
  return columns;
}

test("the tables in code are those that the migrations make", async () => {
  const inCode = columnsOfCode();
  expect(Object.keys(inCode).length).toBeGreaterThan(20);
  expect(inCode).toEqual(await columnsOfDatabase());
});
