import { and, eq, isNull, ne, sql } from "drizzle-orm";
import { lanes, poolSources, pools, sources } from "#db/schema/index.ts";
import { wakeLanes } from "../delivery/wake-lanes.ts";
import { recordAudit } from "../platform/audit.ts";
import { type AdminCtx, type Refusal, type Result, refuse } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { isLoopback } from "../platform/network.ts";
import { encryptSecret } from "../platform/secrets.ts";
import type { CreateSourceInput, SourceInput, UpdateSourceInput } from "./input.ts";
import { relayPurpose } from "./rules.ts";

const columnsOf = (source: SourceInput) =>
  source.kind === "ip"
    ? {
        kind: source.kind,
        name: source.name,
        heloName: source.heloName,
        ip: source.ip,
        host: null,
        port: null,
        username: null,
      }
    : {
        kind: source.kind,
        name: source.name,
        heloName: source.heloName,
        ip: null,
        host: source.host,
        port: source.port,
        tls: source.tls,
        username: source.username || null,
        certificate: source.certificate || null,
        maxConnections: source.maxConnections,
        messagesPerMinute: source.messagesPerMinute,
        messagesPerHour: source.messagesPerHour,
        messagesPerDay: source.messagesPerDay,
      };

/** A password in clear text may be read by everybody on the way: on this machine nobody is, elsewhere somebody has to want it. */
function clearPasswordRefusal(source: SourceInput): Refusal | null {
  if (source.kind !== "relay" || source.tls !== "none" || source.username === "") return null;
  if (source.clearPassword || source.host === "localhost" || isLoopback(source.host)) return null;
  const sentence =
    "Without encryption everybody on the way can read the password. Choose STARTTLS or TLS, or tick that you want it.";
  return refuse(sentence, { clearPassword: sentence });
}

/** Adds a source and puts it into a pool (the default one unless told): it carries mail from now on. */
export function createSource(ctx: AdminCtx, input: CreateSourceInput): Promise<Result<{ sourceId: number }>> {
  const { source } = input;
  const unsafe = clearPasswordRefusal(source);
  if (unsafe) return Promise.resolve(unsafe);
  return withTransaction(ctx, async (tx) => {
    if (await nameTaken(tx, source.name, 0))
      return refuse("Another source has this name.", { name: "Another source has this name." });
    if (source.kind === "ip" && (await addressTaken(tx, source.ip, 0))) return ADDRESS_TAKEN;
    const [pool] = await tx.db
      .select({ id: pools.id })
      .from(pools)
      .where(input.poolId ? eq(pools.id, input.poolId) : eq(pools.isDefault, true));
    if (!pool) return refuse("There is no such pool.");
    const [row] = await tx.db.insert(sources).values(columnsOf(source)).returning({ id: sources.id });
    const sourceId = row!.id;
    if (source.kind === "relay" && source.password !== "") {
      const password = encryptSecret(ctx.settings.secret, relayPurpose(sourceId), source.password);
      await tx.db.update(sources).set({ password }).where(eq(sources.id, sourceId));
    }
    await tx.db.insert(poolSources).values({ poolId: pool.id, sourceId });
    await recordAudit(tx, { action: "source.create", target: source.name, details: { sourceId } });
    await wakeLanes(tx.db, { poolId: pool.id });
    return { ok: true, sourceId };
  });
}

/** Changes a source. Its kind stays: an address is no relay. */
export function updateSource(ctx: AdminCtx, input: UpdateSourceInput): Promise<Result> {
  const { sourceId, source } = input;
  const unsafe = clearPasswordRefusal(source);
  if (unsafe) return Promise.resolve(unsafe);
  return withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .select()
      .from(sources)
      .where(and(eq(sources.id, sourceId), isNull(sources.removedAt)))
      .for("update");
    if (!row) return refuse("This source is gone.");
    if (row.kind !== source.kind) return refuse("A source keeps its kind. Add a new one instead.");
    if (await nameTaken(tx, source.name, sourceId))
      return refuse("Another source has this name.", { name: "Another source has this name." });
    if (source.kind === "ip" && (await addressTaken(tx, source.ip, sourceId))) return ADDRESS_TAKEN;
    const password =
      source.kind === "relay" && source.password !== ""
        ? { password: encryptSecret(ctx.settings.secret, relayPurpose(sourceId), source.password) }
        : {};
    await tx.db
      .update(sources)
      // Lanes at work look at the revision, and begin anew with what is set now.
      .set({ ...columnsOf(source), ...password, revision: sql`${sources.revision} + 1` })
      .where(eq(sources.id, sourceId));
    // One that rests because a quota is used up may have another now.
    await tx.db
      .update(lanes)
      .set({ wakeAt: sql`now()`, revision: sql`${lanes.revision} + 1` })
      .where(eq(lanes.sourceId, sourceId));
    await recordAudit(tx, { action: "source.change", target: source.name, details: { sourceId } });
    return { ok: true };
  });
}

// Two sources on one address would each use up what a receiver grants to that address.
const ADDRESS_TAKEN = refuse("Another source sends from this address.", {
  ip: "Another source sends from this address.",
});

async function addressTaken(ctx: AdminCtx, ip: string, except: number): Promise<boolean> {
  const rows = await ctx.db
    .select({ id: sources.id })
    .from(sources)
    .where(and(eq(sources.ip, ip), ne(sources.id, except), isNull(sources.removedAt)))
    .limit(1);
  return rows.length > 0;
}

async function nameTaken(ctx: AdminCtx, name: string, except: number): Promise<boolean> {
  const rows = await ctx.db
    .select({ id: sources.id })
    .from(sources)
    .where(and(eq(sources.name, name), ne(sources.id, except)))
    .limit(1);
  return rows.length > 0;
}
