import { DEFAULT_LIMITS } from "#core/mail/provider/providers.ts";
import type { Limits } from "#core/mail/provider/types.ts";
import { decryptSecret } from "#core/platform/secrets.ts";
import { relayPurpose } from "#core/source/rules.ts";
import type { RelayTls, SourceKind } from "#core/source/types.ts";
import type { Sql } from "#db/client.ts";

/** Where a lane's mail leaves. */
export type Source = {
  id: number;
  kind: SourceKind;
  /** kind ip: connections leave from here. */
  ip: string | null;
  heloName: string;
  relay: {
    host: string;
    port: number;
    tls: RelayTls;
    auth: { user: string; password: string } | undefined;
    limits: Limits;
  } | null;
};

type Row = {
  id: number;
  kind: SourceKind;
  ip: string | null;
  helo_name: string;
  host: string | null;
  port: number | null;
  tls: RelayTls;
  username: string | null;
  password: string | null;
  max_connections: number | null;
  messages_per_minute: number | null;
};

/** Reads a source; null where it is gone. Throws where its password was stored with another APP_SECRET. */
export async function readSource(sql: Sql, secret: string, sourceId: number): Promise<Source | null> {
  const [row] = await sql<Row[]>`
    select id, kind, host(ip) as ip, helo_name, host, port, tls, username, password, max_connections, messages_per_minute
    from sources where id = ${sourceId} and removed_at is null`;
  if (!row) return null;
  const common = { id: row.id, kind: row.kind, heloName: row.helo_name };
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
  };
  const relay = { host: row.host ?? "", port: row.port ?? 587, tls: row.tls, auth, limits };
  return { ...common, ip: null, relay };
}
