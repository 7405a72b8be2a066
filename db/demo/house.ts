import type { Dns } from "#core/domain/dns.ts";
import type { WorkspaceCtx } from "#core/platform/context.ts";
import type { Db, Sql } from "#db/client.ts";
import type { Chance } from "./random.ts";

/** What a mailbox of the world outside does with mail; the same whenever it is asked. */
export type Mailbox = {
  refusal: "unknown" | "full" | "overquota" | "blocked" | null;
  deferral: "grey" | "defer" | "deferalways" | null;
  /** It takes mail and sends a bounce message afterwards. */
  isDsn: boolean;
  /** A gate looks at links before the person does. */
  isScanned: boolean;
  /** Pictures are fetched whether anybody reads or not. */
  isPrefetched: boolean;
  /** Who fetches pictures when somebody reads; null: the person's own program. */
  imageAgent: string | null;
};

/** The world that the demo's mail went to: the sandbox, as far as it can be asked without running. */
export type DemoWorld = {
  dns: Dns;
  mailboxOf(address: string): Mailbox;
  /** What the server of an address says in a situation: the lines of an SMTP reply. */
  say(
    address: string,
    situation: "unknown" | "full" | "overquota" | "grey" | "defer" | "blocked" | "rate",
    ip: string,
  ): string;
};

export type DemoSource = { id: number; ip: string };

/** Everything that the parts of the demo share while it is made. */
export type House = {
  db: Db;
  sql: Sql;
  world: DemoWorld;
  chance: Chance;
  /** The moment at which the demo's past ends. */
  now: Date;
  /** A context of the workspace's owner at some moment. */
  at(moment: Date): WorkspaceCtx;
  workspaceId: number;
  ownerId: number;
  senderDomainId: number;
  poolId: number;
  sources: readonly [DemoSource, DemoSource];
};

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The moment so many days before the demo's end, at an hour of that day (UTC). */
export function daysAgo(now: Date, days: number, hour?: number, minute = 0): Date {
  const moment = new Date(now.getTime() - days * DAY);
  if (hour !== undefined) moment.setUTCHours(hour, minute, 0, 0);
  return moment;
}

/** Inserts rows by the names of their columns, whatever their number: one parameter, one statement. */
export async function insertRows(
  sql: Sql,
  table: string,
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const columns = sql(Object.keys(first));
  await sql`insert into ${sql(table)} (${columns})
    select ${columns} from jsonb_populate_recordset(null::${sql(table)}, ${sql.json(rows as never)}) on conflict do nothing`;
}
