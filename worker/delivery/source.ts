import { DEFAULT_LIMITS } from "#core/mail/provider/providers.ts";
import type { Limits } from "#core/mail/provider/types.ts";
import { decryptSecret } from "#core/platform/secrets.ts";
import { relayPurpose } from "#core/source/rules.ts";
import type { RelayTls, SourceKind } from "#core/source/types.ts";
import type { Sql } from "#db/client.ts";

/** Where a lane's mail leaves. */
export type Source = {
  id: number;
  /** Which state of its settings this is. */
  revision: number;
  kind: SourceKind;
  /** kind ip: connections leave from here. */
  ip: string | null;
  heloName: string;
  relay: {
    host: string;
    port: number;
    tls: RelayTls;
    auth: { user: string; password: string } | undefined;
    /** The only certificates believed, in PEM; null: what public authorities have signed. */
    certificate: string | null;
    limits: Limits;
  } | null;
};

type Row = {
  id: number;
  revision: number;
  kind: SourceKind;
  ip: string | null;
  helo_name: string;
  host: string | null;
  port: number | null;
  tls: RelayTls;
  username: string | null;
  password: string | null;
  certificate: string | null;
  max_connections: number | null;
  messages_per_minute: number | null;
  messages_per_hour: number | null;
  messages_per_day: number | null;
};

/** Reads a source; null where it is gone. Throws where its password was stored with another APP_SECRET. */
export async function readSource(sql: Sql, secret: string, sourceId: number): Promise<Source | null> {
  const [row] = await sql<Row[]>`
    select id, revision, kind, host(ip) as ip, helo_name, host, port, tls, username, password, certificate, max_connections, messages_per_minute,
      messages_per_hour, messages_per_day
    from sources where id = ${sourceId} and removed_at is null`;
  if (!row) return null;
  const common = { id: row.id, revision: row.revision, kind: row.kind, heloName: row.helo_name };
  if (row.kind === "ip") return { ...common, ip: row.ip, relay: null };
  const auth =
    row.username !== null && row.password !== null
      ? { user: row.username, password: decryptSecret(secret, relayPurpose(row.id), row.password) }
      : undefined;
  const limits: Limits = {
    ...DEFAULT_LIMITS,
    connections: row.max_connections ?? DEFAULT_LIMITS.connections,
    messagesPerSecond: row.messages_per_minute
      ? row.messages_per_minute / 60
      : DEFAULT_LIMITS.messagesPerSecond,
    quotas: { perHour: row.messages_per_hour ?? undefined, perDay: row.messages_per_day ?? undefined },
  };
  const { tls, certificate } = row;
  const relay = { host: row.host ?? "", port: row.port ?? 587, tls, auth, certificate, limits };
  return { ...common, ip: null, relay };
}

/** Which of these sources were changed since: their settings are another revision now. */
export async function changedSources(
  sql: Sql,
  known: readonly { id: number; revision: number }[],
): Promise<Set<number>> {
  const rows = await sql<{ id: number }[]>`
    select s.id from unnest(${known.map((one) => one.id)}::smallint[], ${known.map((one) => one.revision)}::int[]) k(id, revision)
    join sources s on s.id = k.id where s.revision <> k.revision`;
  return new Set(rows.map((row) => row.id));
}
