import type { Tlsa } from "#core/domain/types.ts";
import type { Stage } from "#core/mail/reply/types.ts";
import type { Trust } from "./trust.ts";

/** One reply as it was said. `code` 0: what came was no SMTP reply, or nothing came. */
export type WireReply = { code: number; enhanced: string | null; text: string };

/** Milliseconds for each step (RFC 5321 §4.5.3.2); tests shorten them. */
export type Timeouts = {
  /** TCP connect; the RFC names none, and a long one makes a dead host eat connections. */
  connect: number;
  greeting: number;
  /** EHLO, STARTTLS, AUTH. */
  hello: number;
  /** MAIL and RCPT. */
  mail: number;
  data: number;
  /** Without the body getting any further. */
  block: number;
  /** After the final dot. Too short a value makes doubles. */
  dot: number;
};

export const TIMEOUTS: Timeouts = {
  connect: 30_000,
  greeting: 300_000,
  hello: 300_000,
  mail: 300_000,
  data: 120_000,
  block: 180_000,
  dot: 600_000,
};

export type TlsMode =
  /** STARTTLS where offered. */
  | "opportunistic"
  /** STARTTLS or nothing. */
  | "required"
  /** TLS from the first byte. */
  | "wrapped"
  | "never";

export type OnLine = (who: "client" | "server" | "note", line: string) => void;

export type ConnectOptions = {
  /** Address to connect to; a host name is never resolved here. */
  address: string;
  port: number;
  /** The name of the host, for TLS and in messages. */
  host: string;
  /** Address of this machine to connect from; undefined leaves it to the system. */
  localAddress?: string;
  heloName: string;
  tls: TlsMode;
  /** Whose certificates are believed; without it the server's is not judged. */
  trust?: Trust;
  /** TLSA records: the certificate has to fit one of them, whoever signed it. */
  dane?: readonly Tlsa[];
  /** Hears why the certificate is not believed, where that is no reason to hang up. */
  onDoubt?: (doubt: string) => void;
  auth?: { user: string; password: string };
  timeouts?: Partial<Timeouts>;
  /** Each line said, in order, secrets masked; `note`: what happened beside the conversation. */
  onLine?: OnLine;
  /** A TLS session of this host to go on with, and where to put the next. */
  session?: { get(): Buffer | undefined; set(session: Buffer): void };
};

/** Why no connection came about. `network`: nobody answered; the others: what was said, at which step. */
export type ConnectFailure = WireReply & {
  stage: Stage;
  kind: "network" | "reply" | "tls";
  /** The certificate that was shown and not believed, in PEM. */
  certificate?: string;
  /** This machine could not: no such address of ours, no descriptors left. It says nothing about the receiver. */
  isOurs?: boolean;
  /** The receiver has no address of the family (IPv4, IPv6) that this source sends from: another source may reach it. */
  isUnsuited?: boolean;
};

/** What became of one mail. */
export type SendResult =
  | ({ kind: "reply"; stage: "mail" | "rcpt" | "data" | "dot" } & WireReply)
  /** The connection went away. Before the dot nothing was handed over; after it nobody knows. */
  | { kind: "lost"; when: "before-dot" | "after-dot"; heard: boolean; text: string };

export type OutgoingMail = {
  /** Envelope addresses without angle brackets. `from` is ASCII; a `to` that is not goes only where SMTPUTF8 is offered. */
  from: string;
  to: string;
  /** CRLF only, dots stuffed, without the final dot. */
  bytes: Buffer;
};
