import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { isAscii } from "#core/mail/address.ts";
import type { Stage } from "#core/mail/reply/types.ts";
import { chainShownBy, daneDoubt } from "./dane.ts";
import { watchDeadline } from "./deadlines.ts";
import { ReplyReader } from "./reply-reader.ts";
import {
  type ConnectFailure,
  type ConnectOptions,
  type OutgoingMail,
  type SendResult,
  TIMEOUTS,
  type Timeouts,
  type WireReply,
} from "./smtp-types.ts";
import { contextOf, describeTls, distrust } from "./trust.ts";

/** After QUIT the server may say goodbye for so long. */
const GOODBYE_MS = 2_000;
const CRLF_DOT = Buffer.from("\r\n.\r\n");
const DOT = Buffer.from(".\r\n");
/** Octets of a body that are written at once; for each of them the receiver has the time of a block. */
const BLOCK = 256 * 1024;
/** Refused by this machine, not by the network: nobody's server said or missed anything. */
const OURS = new Set(["EADDRNOTAVAIL", "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EACCES", "EPERM"]);

type Heard = { reply: WireReply; lines: string[] } | { lost: string };

/**
 * One SMTP conversation on one socket. It says exactly how far each mail got: that is what the ledger lives on.
 * Lean on purpose: one write for the commands, one for the body (see core/decisions/0004-own-smtp-client.md).
 */
export class SmtpConnection {
  readonly options: ConnectOptions;
  readonly timeouts: Timeouts;
  /** Mails that this connection has carried, refused ones included. */
  served = 0;
  /** Since when it has had nothing to do, ms of performance.now(). */
  idleSince = 0;
  #socket: Socket;
  #reader: ReplyReader;
  #waiting: ((heard: Heard) => void)[] = [];
  #extensions = new Map<string, string>();
  #deadline = Number.POSITIVE_INFINITY;
  #unwatch: () => void;
  #gone: string | null = null;
  #leaving = false;
  #encrypted = false;
  #dotFlushed = false;
  /** A refused recipient leaves the transaction open: it is ended together with the next MAIL. */
  #needsReset = false;
  #onGone: (() => void)[] = [];

  private constructor(options: ConnectOptions, socket: Socket) {
    this.options = options;
    this.timeouts = { ...TIMEOUTS, ...options.timeouts };
    this.#socket = socket;
    this.#reader = this.#newReader();
    this.#listen(socket);
    this.#unwatch = watchDeadline(() => {
      if (performance.now() < this.#deadline) return;
      this.#end("no answer in time");
      this.#socket.destroy();
    });
  }

  /** Connects, greets, encrypts and logs in. Never throws. */
  static async open(
    options: ConnectOptions,
  ): Promise<{ ok: true; connection: SmtpConnection } | { ok: false; failure: ConnectFailure }> {
    const timeouts = { ...TIMEOUTS, ...options.timeouts };
    const begun = await beginTcp(options, timeouts.connect);
    if ("text" in begun) {
      return { ok: false, failure: { stage: "connect", kind: "network", code: 0, enhanced: null, ...begun } };
    }
    const connection = new SmtpConnection(options, begun);
    const failure = await connection.#greet();
    if (!failure) return { ok: true, connection };
    connection.quit();
    return { ok: false, failure };
  }

  get isUsable(): boolean {
    return this.#gone === null && !this.#leaving;
  }

  get isEncrypted(): boolean {
    return this.#encrypted;
  }

  /** Calls back once, when the socket is closed; at once if it is. */
  onClose(call: () => void): void {
    if (this.#socket.destroyed) call();
    else this.#onGone.push(call);
  }

  /**
   * Sends one mail to one recipient. Never throws; afterwards `isUsable` says whether another may follow. `mayGoOn` is
   * asked once more before the message itself is handed over.
   */
  async send(mail: OutgoingMail, mayGoOn: () => boolean = () => true): Promise<SendResult> {
    this.#dotFlushed = false;
    const limit = Number(this.#extensions.get("SIZE") || 0);
    if (limit > 0 && mail.bytes.length > limit) {
      const text = `The server takes ${limit} bytes at most, this message has ${mail.bytes.length}.`;
      return { kind: "reply", stage: "mail", code: 552, enhanced: "5.3.4", text };
    }
    const isInternational = !isAscii(mail.to);
    if (isInternational && !this.#extensions.has("SMTPUTF8")) {
      // RFC 6531 §3.5: nothing may be changed on the way, so it is refused; by us, as the server has not been asked.
      const text =
        "The server takes no addresses with such letters before the @ (it does not offer SMTPUTF8).";
      return { kind: "reply", stage: "mail", code: 550, enhanced: "5.6.7", text };
    }
    const size = this.#extensions.has("SIZE") ? ` SIZE=${mail.bytes.length}` : "";
    const from = `MAIL FROM:<${mail.from}>${size}${isInternational ? " BODY=8BITMIME SMTPUTF8" : ""}`;
    const to = `RCPT TO:<${mail.to}>`;
    this.#until(this.timeouts.mail);
    const heard = this.#extensions.has("PIPELINING")
      ? await this.#pipelined(from, to)
      : await this.#stepwise(from, to);
    const result = heard.refused ?? (mayGoOn() ? await this.#body(mail.bytes) : this.#breakOff());
    this.#deadline = Number.POSITIVE_INFINITY;
    this.served += 1;
    this.idleSince = performance.now();
    if (result.kind === "reply" && (result.code === 421 || result.code === 0)) this.quit();
    return result;
  }

  /** Says goodbye and closes; whoever is waiting for an answer hears that the connection is gone. */
  quit(): void {
    if (this.#leaving) return;
    this.#leaving = true;
    this.#deadline = performance.now() + GOODBYE_MS;
    if (this.#gone === null && this.#socket.writable) {
      this.#say("QUIT");
      this.#socket.end();
    } else this.#socket.destroy();
  }

  /** Closes without a word. */
  destroy(): void {
    this.#end("closed by us");
    this.#socket.destroy();
  }

  // Three writes' worth of commands in one segment (RFC 2920); every reply is read before the body goes out.
  async #pipelined(from: string, to: string): Promise<{ refused: SendResult | null }> {
    const reset = this.#needsReset ? this.#hear() : null;
    const mail = this.#hear();
    const rcpt = this.#hear();
    const data = this.#hear();
    if (reset) this.#say("RSET", from, to, "DATA");
    else this.#say(from, to, "DATA");
    this.#needsReset = false;
    if (reset) await reset;
    const refused = judge("mail", await mail) ?? judge("rcpt", await rcpt);
    if (refused?.kind === "lost") return { refused };
    const go = await data;
    const late = judge("data", go, 354);
    this.#needsReset = late?.kind === "reply";
    if (!refused) return { refused: late };
    // Some servers open the data phase without a recipient: an empty message ends it (RFC 2920 §3.1).
    if (!late) {
      const end = this.#hear();
      this.#socket.write(DOT);
      await end;
    }
    return { refused };
  }

  async #stepwise(from: string, to: string): Promise<{ refused: SendResult | null }> {
    if (this.#needsReset) await this.#ask("RSET");
    this.#needsReset = false;
    const refusedMail = judge("mail", await this.#ask(from));
    if (refusedMail) return { refused: refusedMail };
    this.#needsReset = true;
    const refusedRcpt = judge("rcpt", await this.#ask(to));
    if (refusedRcpt) return { refused: refusedRcpt };
    this.#until(this.timeouts.data);
    const refused = judge("data", await this.#ask("DATA"), 354);
    this.#needsReset = refused !== null;
    return { refused };
  }

  async #body(bytes: Buffer): Promise<SendResult> {
    const answer = this.#hear();
    this.#until(this.timeouts.block);
    const endsLine = bytes.length >= 2 && bytes[bytes.length - 1] === 10 && bytes[bytes.length - 2] === 13;
    const rest = bytes.length > BLOCK ? await this.#blocks(bytes) : bytes;
    const socket = this.#socket;
    if (this.#waiting.length > 0) {
      socket.cork();
      socket.write(rest);
      socket.write(endsLine ? DOT : CRLF_DOT, (error) => {
        if (error) return;
        // All of it is with the system now: from here on a silence means that nobody knows.
        this.#dotFlushed = true;
        this.#until(this.timeouts.dot);
      });
      socket.uncork();
    }
    const heard = await answer;
    if ("lost" in heard) {
      if (!this.#dotFlushed) await new Promise((done) => setImmediate(done));
      const when = this.#dotFlushed ? "after-dot" : "before-dot";
      return { kind: "lost", when, heard: true, text: heard.lost };
    }
    // What was written may be said to be so a moment later (TLS).
    if (!this.#dotFlushed) await new Promise((done) => setImmediate(done));
    return this.#dotFlushed
      ? { kind: "reply", stage: "dot", ...heard.reply }
      : this.#spokeTooSoon(heard.reply);
  }

  /** After 354 there is no other way back (RFC 5321 §4.1.1.4). */
  #breakOff(): SendResult {
    const text = "It was broken off before the message: this worker may have been taken for dead.";
    this.destroy();
    return { kind: "lost", when: "before-dot", heard: true, text };
  }

  /** Writes all but the end of a long body, as long as nothing is said meanwhile; returns the end. */
  async #blocks(bytes: Buffer): Promise<Buffer> {
    let from = 0;
    for (; bytes.length - from > BLOCK && this.#waiting.length > 0; from += BLOCK) {
      const block = bytes.subarray(from, from + BLOCK);
      await new Promise<void>((done) => this.#socket.write(block, () => done()));
      if (this.#gone === null) this.#until(this.timeouts.block);
    }
    return bytes.subarray(from);
  }

  /** A refusal of half a message counts; taken it cannot be. Either way nothing more can be said on this connection. */
  #spokeTooSoon(reply: WireReply): SendResult {
    this.destroy();
    if (reply.code >= 400) return { kind: "reply", stage: "data", ...reply };
    const text = `The server answered before it had the whole message: ${reply.code} ${reply.text}`;
    return { kind: "lost", when: "before-dot", heard: true, text };
  }

  async #greet(): Promise<ConnectFailure | null> {
    this.#until(this.timeouts.greeting);
    if (this.options.tls === "wrapped") {
      const broken = await this.#encrypt();
      if (broken) return broken;
    }
    const refused = judgeEarly("greeting", await this.#hear()) ?? (await this.#hello());
    if (refused) return refused;
    if (!this.#encrypted && this.options.tls !== "never") {
      const broken = await this.#startTls();
      if (broken) return broken;
    }
    const auth = this.options.auth ? await this.#logIn(this.options.auth) : null;
    if (auth) return auth;
    this.#deadline = Number.POSITIVE_INFINITY;
    this.idleSince = performance.now();
    return null;
  }

  async #hello(): Promise<ConnectFailure | null> {
    this.#until(this.timeouts.hello);
    let heard = await this.#ask(`EHLO ${this.options.heloName}`);
    if ("reply" in heard && heard.reply.code >= 500) heard = await this.#ask(`HELO ${this.options.heloName}`);
    const refused = judgeEarly("hello", heard);
    if (refused || !("lines" in heard)) return refused;
    this.#extensions.clear();
    for (const line of heard.lines.slice(1)) {
      const [name = "", ...rest] = line.slice(4).trim().split(" ");
      this.#extensions.set(name.toUpperCase(), rest.join(" "));
    }
    return null;
  }

  async #startTls(): Promise<ConnectFailure | null> {
    const isRequired = this.options.tls === "required";
    if (!this.#extensions.has("STARTTLS")) {
      if (!isRequired) return null;
      const text = "The server offers no encryption, and this receiver is never mailed without.";
      return { stage: "tls", kind: "tls", code: 0, enhanced: null, text };
    }
    const heard = await this.#ask("STARTTLS");
    if ("lost" in heard) return judgeEarly("tls", heard);
    if (heard.reply.code !== 220) {
      if (!isRequired && heard.reply.code >= 500) return null;
      return { stage: "tls", kind: "tls", ...heard.reply };
    }
    // Whoever stands in between may say it in the server's name, as a whole reply or a part (RFC 3207 §6).
    if (this.#reader.hasRest || !this.isUsable) {
      const text = "The server spoke on between STARTTLS and encryption.";
      return { stage: "tls", kind: "tls", code: 0, enhanced: null, text };
    }
    return (await this.#encrypt()) ?? (await this.#hello());
  }

  async #encrypt(): Promise<ConnectFailure | null> {
    const plain = this.#socket;
    plain.removeAllListeners();
    const { host, session, trust, dane } = this.options;
    const kept = session?.get();
    const secure = connectTls({
      socket: plain,
      servername: isIP(host) ? undefined : host,
      // Judged below, with words of our own. Opportunistic TLS protects against listening, not against impostors.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...(trust ? { secureContext: contextOf(trust) } : {}),
      ...(kept ? { session: kept } : {}),
    });
    this.#socket = secure;
    this.#reader = this.#newReader();
    const failed = await new Promise<string | null>((done) => {
      secure.once("secureConnect", () => done(null));
      this.#listen(secure, (text) => done(this.#gone ?? text));
      plain.once("error", (error) => done(error.message));
    });
    if (failed !== null) return { stage: "tls", kind: "tls", code: 0, enhanced: null, text: failed };
    if (session) secure.on("session", (fresh) => session.set(fresh));
    plain.on("error", () => {});
    const chain = dane || trust || this.options.onLine ? chainShownBy(secure) : [];
    const shown = chain[0] ?? null;
    this.options.onLine?.("note", describeTls(secure, shown));
    const doubt = dane
      ? daneDoubt(chain, dane, host, new Date())
      : trust
        ? distrust(secure, shown, host, trust)
        : null;
    if (doubt !== null && this.options.onDoubt) this.options.onDoubt(doubt);
    else if (doubt !== null) {
      const certificate = shown ? { certificate: shown.toString() } : {};
      return { stage: "tls", kind: "tls", code: 0, enhanced: null, text: doubt, ...certificate };
    }
    this.#encrypted = true;
    return null;
  }

  async #logIn(auth: { user: string; password: string }): Promise<ConnectFailure | null> {
    if (!this.#encrypted && this.options.tls !== "never") {
      const text = "The password is not said without encryption.";
      return { stage: "auth", kind: "tls", code: 0, enhanced: null, text };
    }
    const offered = (this.#extensions.get("AUTH") ?? "").toUpperCase();
    const base64 = (text: string) => Buffer.from(text, "utf8").toString("base64");
    if (/\bPLAIN\b/.test(offered) || !/\bLOGIN\b/.test(offered)) {
      const secret = base64(`\u0000${auth.user}\u0000${auth.password}`);
      return judgeEarly("auth", await this.#ask(`AUTH PLAIN ${secret}`, "AUTH PLAIN ********"), 235);
    }
    const first = judgeEarly("auth", await this.#ask("AUTH LOGIN"), 334);
    if (first) return first;
    const user = judgeEarly("auth", await this.#ask(base64(auth.user), "********"), 334);
    return user ?? judgeEarly("auth", await this.#ask(base64(auth.password), "********"), 235);
  }

  #newReader(): ReplyReader {
    return new ReplyReader((reply, lines) => {
      for (const line of lines) this.options.onLine?.("server", line);
      const next = this.#waiting.shift();
      if (next) next({ reply, lines });
      // Said without being asked, a goodbye mostly: this connection carries nothing more.
      else if (!this.#leaving) this.quit();
      if (reply.code === 0) this.#socket.destroy();
    });
  }

  #listen(socket: Socket | TLSSocket, onFailure?: (text: string) => void): void {
    const end = (text: string) => {
      onFailure?.(text);
      this.#end(text);
    };
    socket.on("data", (chunk: Buffer) => this.#reader.push(chunk));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      end(error.message || error.code || "connection error"),
    );
    socket.on("end", () => {
      end("the server closed the connection");
      socket.end();
    });
    socket.on("close", () => {
      end("the connection was closed");
      this.#unwatch();
      for (const call of this.#onGone.splice(0)) call();
    });
  }

  /** The first reason counts. */
  #end(text: string): void {
    this.#gone ??= text;
    for (const next of this.#waiting.splice(0)) next({ lost: this.#gone });
  }

  #until(ms: number): void {
    this.#deadline = performance.now() + ms;
  }

  #hear(): Promise<Heard> {
    if (this.#gone !== null) return Promise.resolve({ lost: this.#gone });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #say(...lines: string[]): void {
    if (this.options.onLine) for (const line of lines) this.options.onLine("client", line);
    this.#socket.write(`${lines.join("\r\n")}\r\n`);
  }

  #ask(command: string, masked?: string): Promise<Heard> {
    const answer = this.#hear();
    if (this.#gone !== null) return answer;
    if (this.options.onLine) this.options.onLine("client", masked ?? command);
    this.#socket.write(`${command}\r\n`);
    return answer;
  }
}

/** A connected socket, or in words why there is none. */
function beginTcp(
  options: ConnectOptions,
  timeoutMs: number,
): Promise<Socket | Pick<ConnectFailure, "text" | "isOurs">> {
  return new Promise((done) => {
    const socket = connectTcp({
      host: options.address,
      port: options.port,
      ...(options.localAddress ? { localAddress: options.localAddress } : {}),
    });
    socket.setNoDelay(true);
    const timer = setTimeout(() => {
      socket.destroy();
      done({ text: `connect to ${options.address}:${options.port} took longer than ${timeoutMs} ms` });
    }, timeoutMs);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.removeAllListeners("error");
      done(socket);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      done({ text: error.message, ...(OURS.has(error.code ?? "") ? { isOurs: true } : {}) });
    });
  });
}

/** Null where the reply is the wanted one (2xx, or exactly `wanted`). */
function judge(stage: "mail" | "rcpt" | "data", heard: Heard, wanted = 0): SendResult | null {
  if ("lost" in heard) return { kind: "lost", when: "before-dot", heard: stage !== "mail", text: heard.lost };
  const { code } = heard.reply;
  if (wanted > 0 ? code === wanted : code >= 200 && code < 300) return null;
  return { kind: "reply", stage, ...heard.reply };
}

function judgeEarly(stage: Stage, heard: Heard, wanted = 0): ConnectFailure | null {
  if ("lost" in heard) return { stage, kind: "network", code: 0, enhanced: null, text: heard.lost };
  const { code } = heard.reply;
  if (wanted > 0 ? code === wanted : code >= 200 && code < 300) return null;
  return { stage, kind: "reply", ...heard.reply };
}
