import type { Socket } from "node:net";
import { isAscii } from "#core/mail/address.ts";
import { type BodyReader, fieldOf, headOf, inspectLines } from "./body.ts";
import type { ReceiverContext } from "./context.ts";
import { fateOf } from "./habits.ts";
import { type Asker, breaks, judge, type Recipient } from "./judge.ts";
import { type LogInStep, logIn } from "./log-in.ts";
import { smallSite } from "./providers.ts";
import { say } from "./replies.ts";
import type { MailRecord, Outcome, Provider, ProviderLimits } from "./types.ts";
import { Wire } from "./wire.ts";
import { normal } from "./world.ts";

const maxSize = 36_700_160;
const mailCommand = /^MAIL FROM:\s*<([^>]*)>(.*)$/i;
const rcptCommand = /^RCPT TO:\s*<([^>]+)>(.*)$/i;
const messageIdField = /^Message-ID:[ \t]*((?:[^\r\n]|\r\n[ \t])*)/im;
const subjectField = /^Subject:[ \t]*((?:[^\r\n]|\r\n[ \t])*)/im;

/**
 * One SMTP connection, seen from the receiver: commands and replies on a raw socket, with the habits of the
 * provider that owns the address. Replies to pipelined commands leave in one write (RFC 2920).
 */
export class Session {
  #context: ReceiverContext;
  #wire: Wire;
  #id: number;
  #ip: string;
  #provider: Provider;
  #named: boolean;
  #site: string;
  #limits: ProviderLimits;
  #key: string | null = null;
  #host: string;
  #helo = "";
  #loggedIn = false;
  #taken = 0;
  #startedAt = 0;
  #isInternational = false;
  #mailFrom: string | null = null;
  #recipients: Recipient[] = [];
  #expect: LogInStep["next"] = null;
  #transcript: string[] = [];

  constructor(context: ReceiverContext, socket: Socket, id: number) {
    this.#context = context;
    this.#id = id;
    this.#ip = socket.remoteAddress ?? "";
    const address = socket.localAddress ?? "";
    const provider = context.world.providerAt(address);
    this.#named = provider !== null && provider !== undefined;
    this.#provider = provider ?? smallSite;
    this.#site = this.#provider.name;
    this.#limits = context.limits.limitsOf(this.#provider);
    this.#host = context.world.nameOf(address) ?? "mx.example";
    this.#wire = new Wire(
      socket,
      {
        line: (text) => this.#line(text),
        bodyBegins: () => this.#bodyBegins(),
        body: (body) => this.#bodyEnds(body),
        idle: () => {
          if (!this.#provider.mute) this.#reply("421 4.4.2 Timeout, closing connection");
          this.#end();
        },
      },
      { idleMs: context.behaviours.idleMs, onClose: () => this.#leave() },
    );
    if (this.#provider.mute) return;
    if (this.#named) this.#enter(this.#provider.name, () => this.#greet());
    else this.#greet();
  }

  /** Ends the connection at once, as a host that goes away. */
  destroy() {
    this.#wire.destroy();
  }

  /** Counts this connection to `site`; one too many is given a moment, in which an old one may be closing. */
  #enter(site: string, then: () => void) {
    const { limits, behaviours } = this.#context;
    const key = `${site} ${this.#ip}`;
    const peak = `${this.#provider.name} ${this.#ip}`;
    this.#key = key;
    if (!limits.enter(key, this.#limits)) {
      limits.settle(key, peak);
      then();
      return;
    }
    const judge = () => {
      limits.settle(key, peak);
      if (!limits.crowded(key, this.#limits)) return then();
      this.#violate("connections", `more than ${this.#limits.connections} connections at once`);
      if (!limits.enforces) return then();
      this.#say("connections");
      this.#end();
    };
    // On a machine that stalled timers come before what arrived meanwhile: that others hung up is read first.
    this.#wire.hold(behaviours.graceMs, () =>
      limits.crowded(key, this.#limits) ? this.#wire.hold(0, judge) : judge(),
    );
  }

  #leave() {
    if (this.#key !== null) this.#context.limits.leave(this.#key);
    this.#key = null;
  }

  #greet() {
    this.#reply(`220 ${this.#host} ESMTP ready`);
    this.#wire.flush();
  }

  #line(line: string) {
    if (this.#provider.mute) return;
    if (this.#context.keepBodies) this.#note(`C: ${line}`);
    if (this.#expect) this.#logIn(this.#expect(line));
    else this.#command(line);
  }

  #command(line: string) {
    switch (line.slice(0, 4).toUpperCase()) {
      case "EHLO":
        this.#helo = line.slice(5).trim();
        this.#reset();
        return this.#reply(this.#extensions());
      case "HELO":
        this.#helo = line.slice(5).trim();
        this.#reset();
        return this.#reply(`250 ${this.#host}`);
      case "MAIL":
        return this.#mail(line);
      case "RCPT":
        return this.#rcpt(line);
      case "DATA":
        return this.#data();
      case "RSET":
        this.#reset();
        return this.#reply("250 2.0.0 OK");
      case "NOOP":
        return this.#reply("250 2.0.0 OK");
      case "QUIT":
        this.#reply(`221 2.0.0 ${this.#host} closing connection`);
        return this.#end();
      case "STAR":
        return this.#startTls();
      case "AUTH":
        if (!this.#provider.relay) return this.#reply("502 5.5.1 AUTH not available");
        return this.#logIn(logIn(line));
      case "VRFY":
        return this.#reply("252 2.1.5 Send some mail, I'll try my best");
      default:
        this.#reply("502 5.5.1 Command not recognised");
    }
  }

  #extensions(): string {
    const words = [
      `${this.#host} at your service, [${this.#ip}]`,
      "PIPELINING",
      `SIZE ${maxSize}`,
      "8BITMIME",
      ...(this.#provider.lacksUtf8 ? [] : ["SMTPUTF8"]),
      "ENHANCEDSTATUSCODES",
    ];
    if (this.#context.secureContext && !this.#wire.secure) words.push("STARTTLS");
    if (this.#provider.relay) words.push("AUTH PLAIN LOGIN");
    return words.map((word, i) => `250${i === words.length - 1 ? " " : "-"}${word}`).join("\r\n");
  }

  #mail(line: string) {
    if (!this.#helo) return this.#reply("503 5.5.1 EHLO/HELO first");
    if (this.#mailFrom !== null) return this.#reply("503 5.5.1 Nested MAIL command");
    const found = mailCommand.exec(line);
    if (!found) return this.#reply("501 5.5.4 Syntax: MAIL FROM:<address>");
    if (this.#provider.requiresTls && this.#context.secureContext && !this.#wire.secure) {
      this.#say("tls");
      return;
    }
    if (this.#provider.relay && !this.#loggedIn) return this.#reply("530 5.7.0 Authentication required");
    if (this.#context.limits.counts && this.#taken >= this.#limits.messagesPerConnection) {
      this.#violate("messages-per-connection", `message ${this.#taken + 1} on one connection`);
      if (this.#context.limits.enforces) {
        if (!this.#provider.closesSilently) this.#say("messages");
        return this.#end();
      }
    }
    const size = / SIZE=(\d+)/i.exec(found[2] ?? "");
    if (size && Number(size[1]) > maxSize) return this.#reply("552 5.3.4 Message size exceeds fixed limit");
    this.#isInternational = / SMTPUTF8\b/i.test(found[2] ?? "");
    if (this.#isInternational && this.#provider.lacksUtf8)
      return this.#reply("555 5.5.4 Unsupported option: SMTPUTF8");
    this.#mailFrom = found[1] ?? "";
    // Finer than a millisecond, so that the order of starts over several connections is known.
    this.#startedAt = performance.timeOrigin + performance.now();
    this.#reply("250 2.1.0 OK");
  }

  #rcpt(line: string) {
    if (this.#mailFrom === null) return this.#reply("503 5.5.1 MAIL first");
    const address = rcptCommand.exec(line)?.[1];
    const cut = address?.lastIndexOf("@") ?? -1;
    if (!address || cut < 1) return this.#reply("501 5.1.3 Bad recipient address syntax");
    if (!this.#isInternational && !isAscii(address)) return this.#reply("553 5.6.7 Address needs SMTPUTF8");
    if (this.#recipients.length >= 100) return this.#reply("452 4.5.3 Too many recipients");
    const domain = normal(address.slice(cut + 1));
    if (!this.#named && this.#key === null) return this.#findSite(domain, () => this.#judge(address, domain));
    this.#judge(address, domain);
  }

  /** Small sites share addresses: the first recipient tells whose server this connection is for. */
  #findSite(domain: string, then: () => void) {
    const { world, limits } = this.#context;
    const place = world.place(domain);
    if (place.kind === "mail" || place.kind === "implicit") {
      this.#provider = world.provider(place.provider);
      this.#site = place.site;
    } else this.#site = domain;
    this.#limits = limits.limitsOf(this.#provider);
    this.#enter(this.#provider === smallSite ? this.#site : this.#provider.name, then);
  }

  #judge(address: string, domain: string) {
    const { behaviours, seed, limits } = this.#context;
    const fate = fateOf(address, this.#site, this.#provider, behaviours, seed);
    const recipient = { address, domain, fate };
    if (this.#recipients.length === 0 && limits.tooFast(this.#key ?? this.#ip, this.#limits, Date.now())) {
      this.#violate("rate", `more than ${this.#limits.perSecond} messages a second`);
      if (limits.enforces) return this.#refuse(recipient, "rate", this.#words("rate", address));
    }
    const situation = judge(this.#context, this.#asker, recipient, this.#provider);
    if (situation) return this.#refuse(recipient, situation, this.#words(situation, address));
    const accept = () => {
      this.#recipients.push(recipient);
      this.#reply("250 2.1.5 OK");
    };
    if (fate.slow) this.#wire.hold(behaviours.slowMs, accept);
    else accept();
  }

  #data() {
    if (this.#mailFrom === null) return this.#reply("503 5.5.1 MAIL first");
    if (this.#recipients.length === 0) return this.#reply("554 5.5.1 No valid recipients");
    if (this.#drops("dropbefore")) return this.#break("dropped-before-dot");
    this.#wire.expectBody();
    this.#reply("354 Go ahead");
  }

  #drops(how: "dropbefore" | "dropmid" | "dropafter"): boolean {
    return breaks(this.#context, how, this.#asker, this.#recipients);
  }

  #break(outcome: "dropped-before-dot" | "dropped-after-dot") {
    for (const recipient of this.#recipients) this.#add(recipient, outcome, "");
    this.#wire.destroy();
  }

  #bodyBegins() {
    if (this.#drops("dropmid")) this.#break("dropped-before-dot");
  }

  #bodyEnds(body: BodyReader) {
    const slow = this.#recipients.some(({ fate }) => fate.slow) ? this.#context.behaviours.slowMs : 0;
    const wait = slow + this.#context.behaviours.paceMs;
    if (wait > 0) this.#wire.hold(wait, () => this.#finish(body));
    else this.#finish(body);
  }

  #finish(body: BodyReader) {
    const head = headOf(body.head());
    const messageId = fieldOf(head, messageIdField);
    const subject = fieldOf(head, subjectField);
    this.#taken += 1;
    const detail = { bytes: body.length, messageId, subject };
    if (body.length > maxSize) return this.#conclude("oversize", "552 5.3.4 Message too big", detail);
    const blocked = this.#recipients.find(({ fate }) => fate.refusal === "blocked");
    if (blocked) return this.#conclude("blocked", this.#words("blocked", blocked.address), detail);
    const raw = this.#context.keepBodies ? body.message() : null;
    if (raw) this.#inspect(raw);
    const dropped = this.#drops("dropafter");
    const reply = dropped
      ? ""
      : `250 2.0.0 OK ${Math.floor(this.#startedAt).toString(36)}.${this.#id}.${this.#taken}`;
    if (raw)
      this.#note(
        `C: (${body.length} octets)\r\nC: .`,
        dropped ? "(connection closed, no reply)" : `S: ${reply}`,
      );
    const transcript = this.#transcript.join("\r\n");
    for (const recipient of this.#recipients) {
      const record = this.#add(recipient, dropped ? "dropped-after-dot" : "accepted", reply, detail);
      this.#context.onTaken({ ...record, raw, transcript }, recipient.fate, this.#provider);
    }
    if (dropped) return this.destroy();
    this.#wire.reply(reply);
    this.#reset();
    if (this.#provider.closesSilently && this.#taken >= this.#limits.messagesPerConnection)
      this.#closeWhenIdle();
  }

  /** A full connection of a provider that hangs up without a word lives one more second. */
  #closeWhenIdle() {
    if (this.#context.limits.enforces) setTimeout(() => this.#end(), 1_000).unref();
  }

  #conclude(outcome: Outcome, reply: string, detail: { bytes: number; messageId: string; subject: string }) {
    for (const recipient of this.#recipients) this.#add(recipient, outcome, reply, detail);
    this.#reset();
    this.#reply(reply);
  }

  /** Bytes that RFC 5321 §2.3.8 and §4.5.3.1.6 forbid. */
  #inspect(raw: Buffer) {
    const { bare, tooLong } = inspectLines(raw);
    if (bare) this.#violate("protocol", "bare CR or LF in a message");
    if (tooLong) this.#violate("protocol", "line longer than 998 octets");
  }

  #refuse(recipient: Recipient, outcome: Outcome, reply: string) {
    this.#add(recipient, outcome, reply);
    this.#reply(reply);
    if (reply.startsWith("421")) this.#end();
  }

  #add(
    { address, domain }: Recipient,
    outcome: Outcome,
    reply: string,
    detail = { bytes: 0, messageId: "", subject: "" },
  ): MailRecord {
    return this.#context.log.add({
      startedAt: this.#startedAt,
      at: Date.now(),
      connection: this.#id,
      clientIp: this.#ip,
      helo: this.#helo,
      tls: this.#wire.secure,
      encryption: this.#wire.encryption,
      provider: this.#provider.name,
      site: this.#site,
      domain,
      address,
      mailFrom: this.#mailFrom ?? "",
      ...detail,
      outcome,
      reply,
    });
  }

  #violate(kind: "connections" | "messages-per-connection" | "rate" | "protocol", detail: string) {
    this.#context.limits.record({
      at: Date.now(),
      kind,
      provider: this.#provider.name,
      site: this.#site,
      clientIp: this.#ip,
      detail,
    });
  }

  #words(situation: Parameters<typeof say>[1], address = ""): string {
    return say(this.#provider, situation, { ip: this.#ip, host: this.#host, address });
  }

  #say(situation: Parameters<typeof say>[1]) {
    const words = this.#words(situation);
    this.#reply(words);
    if (words.startsWith("421")) this.#end();
  }

  #startTls() {
    const { secureContext, secureContextOf } = this.#context;
    if (!secureContext || this.#wire.secure) return this.#reply("502 5.5.1 STARTTLS not available");
    this.#reply("220 2.0.0 Ready to start TLS");
    this.#wire.startTls(secureContext, secureContextOf);
    this.#helo = "";
    this.#reset();
  }

  #logIn(step: LogInStep) {
    this.#loggedIn = step.loggedIn;
    this.#expect = step.next;
    this.#reply(step.reply);
  }

  get #asker(): Asker {
    return { ip: this.#ip, mailFrom: this.#mailFrom ?? "" };
  }

  #reset() {
    this.#mailFrom = null;
    this.#recipients = [];
    this.#transcript = [];
  }

  #note(...lines: string[]) {
    if (this.#transcript.length < 200) this.#transcript.push(...lines);
  }

  #reply(text: string) {
    if (this.#context.keepBodies) this.#note(`S: ${text}`);
    this.#wire.reply(text);
  }

  #end() {
    this.#wire.end();
    // A client that said QUIT is gone for the counting, whenever its FIN comes.
    this.#leave();
  }
}
