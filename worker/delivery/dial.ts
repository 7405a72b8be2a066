import { isIP, isIPv6 } from "node:net";
import type { DaneAnswer } from "#core/domain/ask-dane.ts";
import type { Limits } from "#core/mail/provider/types.ts";
import { type Mx, normalHost } from "#core/mail/site/key.ts";
import { log } from "#core/platform/log.ts";
import { type EffectiveNetwork, refusesReceiver, refusesRelay } from "#core/platform/network.ts";
import { SmtpConnection } from "./connection.ts";
import type { Demand } from "./demand.ts";
import type { ConnectFailure, OnLine, Timeouts, TlsMode } from "./smtp-types.ts";
import type { Source } from "./source.ts";
import type { Trust } from "./trust.ts";

/** A host that did not answer is passed over for so long. */
const DEAD_HOST_MS = 120_000;
/** A host whose encryption is broken is mailed in clear text for so long, where that is allowed. */
const BROKEN_TLS_MS = 3_600_000;
/** A policy that is only tested is said to have failed once in so long a host. */
const SAY_AGAIN_MS = 3_600_000;
const KEPT = 20_000;
/** A domain may name thousands, a host too; a connection is not kept waiting for more than these. */
const HOSTS_TRIED = 8;
const ADDRESSES_TRIED = 3;
/** After so long without an answer no further host is begun with. */
const LONG_ENOUGH_MS = 120_000;

const logger = log("tls");

/** What a worker remembers of hosts, whichever lane met them. */
export class HostMemory {
  readonly #dead = new Map<string, number>();
  readonly #brokenTls = new Map<string, number>();
  readonly #sessions = new Map<string, Buffer>();
  readonly #said = new Map<string, number>();

  isDead(host: string): boolean {
    return (this.#dead.get(host) ?? 0) > Date.now();
  }

  markDead(host: string): void {
    put(this.#dead, host, Date.now() + DEAD_HOST_MS);
  }

  markAlive(host: string): void {
    this.#dead.delete(host);
  }

  hasBrokenTls(host: string): boolean {
    return (this.#brokenTls.get(host) ?? 0) > Date.now();
  }

  markBrokenTls(host: string): void {
    put(this.#brokenTls, host, Date.now() + BROKEN_TLS_MS);
    this.#sessions.delete(host);
  }

  /** True once an hour a host. */
  maySay(host: string): boolean {
    if ((this.#said.get(host) ?? 0) > Date.now()) return false;
    put(this.#said, host, Date.now() + SAY_AGAIN_MS);
    return true;
  }

  session(key: string): { get(): Buffer | undefined; set(session: Buffer): void } {
    return { get: () => this.#sessions.get(key), set: (session) => put(this.#sessions, key, session) };
  }
}

export type DialContext = {
  hosts: HostMemory;
  /** Addresses of a host, or in words why there are none. */
  addresses(host: string): Promise<string[] | string>;
  /** What DNS proves about a host of a domain whose MX records it proves. */
  dane(host: string): Promise<DaneAnswer>;
  /** The port of receivers. */
  smtpPort: number;
  /** Authorities of this network besides the public ones, in PEM. */
  certificates: string;
  network: Pick<EffectiveNetwork, "network" | "hasOwnDns">;
  timeouts?: Partial<Timeouts>;
  /** Hears the conversation, secrets masked: for a test from the page. */
  onLine?: OnLine;
};

export type Dialled = { ok: true; connection: SmtpConnection } | { ok: false; failure: ConnectFailure };

/** Where to, and what is asked of the way. */
export type Destination = { mx: readonly Mx[]; demand: Demand | null };

/**
 * Opens a connection to a site: its hosts by preference, random among equals, dead ones last (RFC 5321 §5.1).
 * A host that answers with a refusal is an answer; only silence leads to the next, and a host that may not be used.
 */
export async function dialSite(
  context: DialContext,
  source: Source,
  { mx, demand }: Destination,
  tls: Limits["tls"],
): Promise<Dialled> {
  if (source.relay) return dialRelay(context, source);
  const began = performance.now();
  let last: Dialled | null = null;
  for (const host of hostsToTry(mx, (name) => context.hosts.isDead(name)).slice(0, HOSTS_TRIED)) {
    if (last && performance.now() - began > LONG_ENOUGH_MS) break;
    const proved: DaneAnswer = demand?.dane ? await context.dane(host) : { kind: "none" };
    const barred = barredBy(demand, proved, host);
    if (barred !== null) {
      last ??= { ok: false, failure: unsafe(barred) };
      continue;
    }
    const dialled = await dialHost(context, source, host, { sts: demand?.sts ?? null, proved, tls });
    if (!dialled.ok && dialled.failure.isUnsuited) {
      // Says nothing about the host; and whether another source would do is only known where no host suits this one.
      last ??= dialled;
      continue;
    }
    last = dialled;
    if (last.ok || isAnswer(last.failure)) {
      context.hosts.markAlive(host);
      return last;
    }
    if (last.failure.isOurs) return last;
    context.hosts.markDead(host);
  }
  return last ?? { ok: false, failure: unreachable("The domain has no mail server.") };
}

/** What is no SMTP (code 0) is no answer either: something else listens there. */
const isAnswer = ({ kind, code }: ConnectFailure) => kind === "reply" && code > 0;

/** Why an MX host may not be used at all, in words. */
function barredBy(demand: Demand | null, proved: DaneAnswer, host: string): string | null {
  if (proved.kind === "failed") {
    return `${host} is not used: whether it has TLSA records (DANE) could not be found out, ${proved.error}.`;
  }
  // What DNS proves wins over what a policy says (RFC 8461 §2).
  if (proved.kind === "records") return null;
  if (demand?.sts?.mode !== "enforce" || demand.sts.hosts.includes(host)) return null;
  return `${host} is none of the mail servers that the domain's policy (MTA-STS) allows.`;
}

/** By preference, shuffled among equals; those that lately did not answer come after the others. */
export function hostsToTry(
  mx: readonly Mx[],
  isDead: (host: string) => boolean,
  random: () => number = Math.random,
): string[] {
  const drawn = mx.map((record) => ({
    host: normalHost(record.host),
    preference: record.preference,
    draw: random(),
  }));
  drawn.sort((a, b) => a.preference - b.preference || a.draw - b.draw);
  const hosts = [...new Set(drawn.map((one) => one.host).filter((host) => host !== ""))];
  return [...hosts.filter((host) => !isDead(host)), ...hosts.filter((host) => isDead(host))];
}

async function dialHost(
  context: DialContext,
  source: Source,
  host: string,
  of: { sts: Demand["sts"]; proved: DaneAnswer; tls: Limits["tls"] },
): Promise<Dialled> {
  const addresses = await context.addresses(host);
  if (typeof addresses === "string") return { ok: false, failure: unreachable(addresses) };
  const fitting = source.ip
    ? addresses.filter((address) => isIPv6(address) === isIPv6(source.ip ?? ""))
    : addresses;
  if (fitting.length === 0) {
    const text = `${host} has no ${isIPv6(source.ip ?? "") ? "IPv6" : "IPv4"} address, and ${source.ip} can reach no other.`;
    return { ok: false, failure: { ...unreachable(text), isUnsuited: true } };
  }
  return inTurn(context, fitting, (address) => dialAddress(context, source, host, address, of));
}

/** The addresses of one host in the order that DNS gave, those that lately did not answer last (RFC 5321 §5.1). */
async function inTurn(
  context: DialContext,
  addresses: readonly string[],
  dial: (address: string) => Promise<Dialled>,
): Promise<Dialled> {
  const { hosts } = context;
  const order = [
    ...addresses.filter((one) => !hosts.isDead(one)),
    ...addresses.filter((one) => hosts.isDead(one)),
  ];
  let last: Dialled = { ok: false, failure: unreachable("The host has no address.") };
  for (const address of order.slice(0, ADDRESSES_TRIED)) {
    last = await dial(address);
    if (last.ok) hosts.markAlive(address);
    if (last.ok || last.failure.kind !== "network" || last.failure.isOurs) return last;
    hosts.markDead(address);
  }
  return last;
}

async function dialAddress(
  context: DialContext,
  source: Source,
  host: string,
  address: string,
  of: { sts: Demand["sts"]; proved: DaneAnswer; tls: Limits["tls"] },
): Promise<Dialled> {
  const forbidden = refusesReceiver(context.network, address);
  if (forbidden) return { ok: false, failure: unreachable(`${host}: ${forbidden}`) };
  const base = {
    address,
    port: context.smtpPort,
    host,
    heloName: source.heloName,
    ...(source.ip ? { localAddress: source.ip } : {}),
    ...(context.timeouts ? { timeouts: context.timeouts } : {}),
    ...(context.onLine ? { onLine: context.onLine } : {}),
  };
  const trust: Trust = { pem: context.certificates, withPublic: true };
  const { sts, proved } = of;
  if (proved.kind === "records") {
    const dane = proved.records;
    return because(PROVED, await SmtpConnection.open({ ...base, tls: "required", dane }));
  }
  // Without a kept session: a resumed handshake shows no certificate to judge.
  if (sts?.mode === "enforce") {
    return because(ENFORCED, await SmtpConnection.open({ ...base, tls: "required", trust }));
  }
  if (of.tls === "verified") return SmtpConnection.open({ ...base, tls: "required", trust });
  const tls = proved.kind === "unusable" ? "required" : of.tls;
  const mode: TlsMode = tls === "opportunistic" && context.hosts.hasBrokenTls(host) ? "never" : tls;
  const tested = sts ? watch(context, sts.hosts, host) : null;
  const kept = tested ? { trust, onDoubt: tested.fails } : { session: context.hosts.session(host) };
  const first = await SmtpConnection.open({ ...base, tls: mode, ...kept });
  if (first.ok && !first.connection.isEncrypted) tested?.fails("It was not encrypted.");
  if (first.ok || first.failure.kind !== "tls" || mode !== "opportunistic") return first;
  tested?.fails(first.failure.text);
  // Broken encryption is no reason to keep the mail where clear text is allowed anyway.
  const second = await SmtpConnection.open({ ...base, tls: "never" });
  if (second.ok) context.hosts.markBrokenTls(host);
  return second;
}

const ENFORCED = "The domain's policy (MTA-STS, enforce) lets no mail go without.";
const PROVED = "DNS proves what it has to be, and no mail goes without.";

/** Says after a failure of encryption who asked for it. */
function because(why: string, dialled: Dialled): Dialled {
  if (dialled.ok || dialled.failure.kind !== "tls") return dialled;
  const { failure } = dialled;
  return { ok: false, failure: { ...failure, text: `${failure.text} ${why}`.trim() } };
}

/** A policy in testing stands in no mail's way; where it would have, that is logged (RFC 8461 §5). */
function watch(context: DialContext, allowed: readonly string[], host: string) {
  const fails = (reason: string) => {
    if (context.hosts.maySay(host)) logger.warn({ host, reason }, "a policy in testing (MTA-STS) failed");
  };
  if (!allowed.includes(host)) fails("It is none of the mail servers that the policy allows.");
  return { fails };
}

/**
 * A relay gets a password and all the mail, so that its certificate has to be good: by a public authority, or the one
 * that its administrator gave. Only where encryption is turned off there is none to judge.
 */
async function dialRelay(context: DialContext, source: Source): Promise<Dialled> {
  const relay = source.relay;
  if (!relay) throw new Error("not a relay");
  // No DNS is asked about this machine (RFC 6761 §6.3).
  const host = relay.host === "localhost" ? "127.0.0.1" : relay.host;
  const forbidden = isIP(host) ? refusesRelay(context.network, host) : null;
  if (forbidden) return { ok: false, failure: unreachable(forbidden) };
  const addresses = await context.addresses(host);
  if (typeof addresses === "string") return { ok: false, failure: unreachable(addresses) };
  const trust: Trust = relay.certificate
    ? { pem: relay.certificate, withPublic: false }
    : { pem: context.certificates, withPublic: true };
  return inTurn(context, addresses, (address) =>
    SmtpConnection.open({
      address,
      port: relay.port,
      host: relay.host,
      heloName: source.heloName,
      tls: RELAY_MODES[relay.tls],
      trust,
      ...(relay.auth ? { auth: relay.auth } : {}),
      ...(context.timeouts ? { timeouts: context.timeouts } : {}),
      ...(context.onLine ? { onLine: context.onLine } : {}),
    }),
  );
}

const RELAY_MODES = { starttls: "required", tls: "wrapped", none: "never" } as const;

function unreachable(text: string): ConnectFailure {
  return { stage: "connect", kind: "network", code: 0, enhanced: null, text };
}

function unsafe(text: string): ConnectFailure {
  return { stage: "tls", kind: "tls", code: 0, enhanced: null, text };
}

function put<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= KEPT) return;
    map.delete(oldest);
  }
}
