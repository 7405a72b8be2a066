import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { BodyReader, fieldOf, headOf, inspectLines } from "./body.ts";
import type { ReceiverContext } from "./context.ts";
import { type Fate, fateOf } from "./habits.ts";
import { smallSite } from "./providers.ts";
import { say } from "./replies.ts";
import type { MailRecord, Outcome, Provider, ProviderLimits } from "./types.ts";
import { normal } from "./world.ts";

const maxSize = 36_700_160;
const maxLine = 4_096;
const mailCommand = /^MAIL FROM:\s*<([^>]*)>(.*)$/i;
const rcptCommand = /^RCPT TO:\s*<([^>]+)>(.*)$/i;
const messageIdField = /^Message-ID:[ \t]*((?:[^\r\n]|\r\n[ \t])*)/im;
const subjectField = /^Subject:[ \t]*((?:[^\r\n]|\r\n[ \t])*)/im;

interface Recipient {
  address: string;
  domain: string;
  fate: Fate;
}

/**
 * One SMTP connection, seen from the receiver: commands and replies on a raw socket, with the habits of the
 * provider that owns the address. Replies to pipelined commands leave in one write (RFC 2920).
 */
export class Session {
  #context: ReceiverContext;
  #socket: Socket;
  #id: number;
  #ip: string;
  #provider: Provider;
  #named: boolean;
  #site: string;
  #limits: ProviderLimits;
  #key: string | null = null;
  #host: string;
  #input: Buffer = Buffer.alloc(0);
  #at = 0;
  #out = "";
  #held = false;
  #over = false;
  #helo = "";
  #secure = false;
  #loggedIn = false;
  #taken = 0;
  #startedAt = 0;
  #mailFrom: string | null = null;
  #recipients: Recipient[] = [];
  #body: BodyReader | null = null;
  #expect: ((line: string) => void) | null = null;
  #transcript: string[] = [];

  constructor(context: ReceiverContext, socket: Socket, id: number) {
    this.#context = context;
    this.#socket = socket;
    this.#id = id;
    this.#ip = socket.remoteAddress ?? "";
    const address = socket.localAddress ?? "";
    const provider = context.world.providerAt(address);
    this.#named = provider !== null && provider !== undefined;
    this.#provider = provider ?? smallSite;
    this.#site = this.#provider.name;
    this.#limits = context.limits.limitsOf(this.#provider);
    this.#host = context.world.nameOf(address) ?? "mx.example";
    socket.setNoDelay(true);
    socket.on("close", () => this.#leave());
    this.#listen(socket);
    if (this.#provider.mute) return;
    if (this.#named) this.#enter(this.#provider.name, () => this.#greet());
    else this.#greet();
  }

  /** Ends the connection at once, as a host that goes away. */
  destroy() {
    this.#over = true;
    this.#socket.destroy();
  }

  #listen(socket: Socket) {
    socket.on("data", (chunk: Buffer) => this.#onData(chunk));
    socket.on("error", () => socket.destroy());
    socket.setTimeout(this.#context.behaviours.idleMs, () => {
      this.#reply("421 4.4.2 Timeout, closing connection");
      this.#end();
    });
  }

  /** Counts this connection to `site`; one too many is given a moment, in which an old one may be closing. */
  #enter(site: string, then: () => void) {
    const { limits, behaviours } = this.#context;
    const key = `${site} ${this.#ip}`;
    this.#key = key;
    if (!limits.enter(key, this.#limits)) {
      limits.settle(key);
      then();
      return;
    }
    this.#hold(behaviours.graceMs, () => {
      limits.settle(key);
      if (!limits.crowded(key, this.#limits)) return then();
      this.#violate("connections", `more than ${this.#limits.connections} connections at once`);
      if (!limits.enforces) return then();
      this.#say("connections");
      this.#end();
    });
  }

  #leave() {
    this.#over = true;
    if (this.#key !== null) this.#context.limits.leave(this.#key);
    this.#key = null;
  }

  #greet() {
    this.#reply(`220 ${this.#host} ESMTP ready`);
    this.#flush();
  }

  #onData(chunk: Buffer) {
    const rest = this.#input.length - this.#at;
    this.#input = rest > 0 ? Buffer.concat([this.#input.subarray(this.#at), chunk]) : chunk;
    this.#at = 0;
    if (!this.#held) this.#run();
  }

  #run() {
    while (!this.#held && !this.#over && this.#at < this.#input.length) {
      if (this.#body) {
        if (!this.#takeBody(this.#body)) break;
      } else if (!this.#takeLine()) break;
    }
    this.#flush();
  }

  /** Goes on after `ms`; what comes meanwhile waits in the socket. */
  #hold(ms: number, then: () => void) {
    this.#flush();
    this.#held = true;
    this.#socket.pause();
    setTimeout(() => {
      if (this.#over) return;
      this.#held = false;
      this.#socket.resume();
      then();
      this.#run();
    }, ms);
  }

  #takeLine(): boolean {
    const stop = this.#input.indexOf(10, this.#at);
    if (stop === -1) {
      if (this.#input.length - this.#at > maxLine) {
        this.#reply("500 5.5.2 Line too long");
        this.#end();
      }
      return false;
    }
    const crlf = stop > this.#at && this.#input[stop - 1] === 13;
    const line = this.#input.toString("utf8", this.#at, crlf ? stop - 1 : stop);
    this.#at = stop + 1;
    if (this.#context.keepBodies) this.#note(`C: ${line}`);
    if (this.#expect) {
      const expect = this.#expect;
      this.#expect = null;
      expect(line);
    } else this.#command(line);
    return true;
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
        return this.#auth(line);
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
      "SMTPUTF8",
      "ENHANCEDSTATUSCODES",
    ];
    if (this.#context.secureContext && !this.#secure) words.push("STARTTLS");
    if (this.#provider.relay) words.push("AUTH PLAIN LOGIN");
    return words.map((word, i) => `250${i === words.length - 1 ? " " : "-"}${word}`).join("\r\n");
  }

  #mail(line: string) {
    if (!this.#helo) return this.#reply("503 5.5.1 EHLO/HELO first");
    if (this.#mailFrom !== null) return this.#reply("503 5.5.1 Nested MAIL command");
    const found = mailCommand.exec(line);
    if (!found) return this.#reply("501 5.5.4 Syntax: MAIL FROM:<address>");
    if (this.#provider.requiresTls && this.#context.secureContext && !this.#secure) {
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
    this.#mailFrom = found[1] ?? "";
    this.#startedAt = Date.now();
    this.#reply("250 2.1.0 OK");
  }

  #rcpt(line: string) {
    if (this.#mailFrom === null) return this.#reply("503 5.5.1 MAIL first");
    const address = rcptCommand.exec(line)?.[1];
    const cut = address?.lastIndexOf("@") ?? -1;
    if (!address || cut < 1) return this.#reply("501 5.1.3 Bad recipient address syntax");
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
    const situation = this.#deferral(recipient) ?? this.#refusal(recipient);
    if (situation) return this.#refuse(recipient, situation, this.#words(situation, address));
    const accept = () => {
      this.#recipients.push(recipient);
      this.#reply("250 2.1.5 OK");
    };
    if (fate.slow) this.#hold(behaviours.slowMs, accept);
    else accept();
  }

  #refusal({ fate }: Recipient): (Outcome & ("unknown" | "full" | "overquota" | "blocked")) | null {
    return fate.refusal === "blocked" && this.#provider.judgesContent ? null : fate.refusal;
  }

  #deferral({ address, fate }: Recipient): "grey" | "defer" | null {
    const { greylist, behaviours } = this.#context;
    if (fate.deferral === "deferalways") return "defer";
    if (fate.deferral === "defer")
      return this.#turn("defer", address) <= behaviours.deferTimes ? "defer" : null;
    if (fate.deferral !== "grey") return null;
    const key = `${this.#ip} ${this.#mailFrom} ${address}`;
    const first = greylist.get(key);
    if (first === undefined) greylist.set(key, Date.now());
    return first === undefined || Date.now() - first < behaviours.greylistMs ? "grey" : null;
  }

  /** Counts how often this has happened between this sender and address; the first time is 1. */
  #turn(what: string, address: string): number {
    const key = `${what} ${this.#mailFrom} ${address}`;
    const turn = (this.#context.turns.get(key) ?? 0) + 1;
    this.#context.turns.set(key, turn);
    return turn;
  }

  #data() {
    if (this.#mailFrom === null) return this.#reply("503 5.5.1 MAIL first");
    if (this.#recipients.length === 0) return this.#reply("554 5.5.1 No valid recipients");
    if (this.#drops("dropbefore")) return this.#break("dropped-before-dot");
    this.#body = new BodyReader();
    this.#reply("354 Go ahead");
  }

  /** Whether a recipient hangs up in this way, which each does once per sender. */
  #drops(how: "dropbefore" | "dropmid" | "dropafter"): boolean {
    const who = this.#recipients.find(({ fate }) => fate.drop === how);
    return who !== undefined && this.#turn(how, who.address) === 1;
  }

  #break(outcome: "dropped-before-dot" | "dropped-after-dot") {
    for (const recipient of this.#recipients) this.#add(recipient, outcome, "");
    this.#over = true;
    this.#out = "";
    this.#socket.destroy();
  }

  #takeBody(body: BodyReader): boolean {
    if (this.#drops("dropmid")) {
      this.#break("dropped-before-dot");
      return false;
    }
    const rest = this.#at === 0 ? this.#input : this.#input.subarray(this.#at);
    const used = body.take(rest);
    if (used === -1) {
      this.#at = this.#input.length;
      return false;
    }
    this.#at += used;
    const slow = this.#recipients.some(({ fate }) => fate.slow) ? this.#context.behaviours.slowMs : 0;
    const wait = slow + this.#context.behaviours.paceMs;
    if (wait > 0) this.#hold(wait, () => this.#finish(body));
    else this.#finish(body);
    return true;
  }

  #finish(body: BodyReader) {
    const head = headOf(body.head());
    const messageId = fieldOf(head, messageIdField);
    const subject = fieldOf(head, subjectField);
    this.#body = null;
    this.#taken += 1;
    const detail = { bytes: body.length, messageId, subject };
    if (body.length > maxSize) return this.#conclude("oversize", "552 5.3.4 Message too big", detail);
    const blocked = this.#recipients.find(({ fate }) => fate.refusal === "blocked");
    if (blocked) return this.#conclude("blocked", this.#words("blocked", blocked.address), detail);
    const raw = this.#context.keepBodies ? body.message() : null;
    if (raw) this.#inspect(raw);
    const dropped = this.#drops("dropafter");
    const reply = dropped ? "" : `250 2.0.0 OK ${this.#startedAt.toString(36)}.${this.#id}.${this.#taken}`;
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
    this.#out += `${reply}\r\n`;
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
      tls: this.#secure,
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
    const { secureContext } = this.#context;
    if (!secureContext || this.#secure) return this.#reply("502 5.5.1 STARTTLS not available");
    this.#reply("220 2.0.0 Ready to start TLS");
    this.#flush();
    // What was pipelined after STARTTLS in the clear is thrown away (RFC 3207 §6).
    this.#input = Buffer.alloc(0);
    this.#at = 0;
    const plain = this.#socket;
    plain.removeAllListeners("data");
    plain.removeAllListeners("timeout");
    plain.setTimeout(0);
    this.#socket = new TLSSocket(plain, { isServer: true, secureContext });
    this.#secure = true;
    this.#helo = "";
    this.#reset();
    this.#listen(this.#socket);
    this.#socket.on("close", () => plain.destroy());
  }

  #auth(line: string) {
    if (!this.#provider.relay) return this.#reply("502 5.5.1 AUTH not available");
    const [, mechanism = "", first] = line.split(" ");
    const decode = (text: string) => Buffer.from(text, "base64").toString("utf8");
    const plain = (text: string) => this.#login(decode(text).split("\u0000")[2] ?? "");
    if (mechanism.toUpperCase() === "PLAIN") {
      if (first) return plain(first);
      this.#expect = plain;
      return this.#reply("334 ");
    }
    if (mechanism.toUpperCase() !== "LOGIN") return this.#reply("504 5.5.4 Unrecognised authentication type");
    this.#expect = () => {
      this.#expect = (password) => this.#login(decode(password));
      this.#reply("334 UGFzc3dvcmQ6");
    };
    this.#reply("334 VXNlcm5hbWU6");
  }

  /** The relay lets everybody in who does not say `wrong`, so that both cases can be tried. */
  #login(password: string) {
    this.#loggedIn = password !== "" && password !== "wrong";
    this.#reply(
      this.#loggedIn ? "235 2.7.0 Authentication successful" : "535 5.7.8 Authentication credentials invalid",
    );
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
    this.#out += `${text}\r\n`;
  }

  #flush() {
    if (this.#out === "" || this.#socket.destroyed) return;
    this.#socket.write(this.#out);
    this.#out = "";
  }

  #end() {
    this.#flush();
    this.#over = true;
    this.#socket.end();
    // A client that said QUIT is gone for the counting, whenever its FIN comes.
    if (this.#key !== null) this.#context.limits.leave(this.#key);
    this.#key = null;
    const socket = this.#socket;
    setTimeout(() => socket.destroy(), 2_000).unref();
  }
}
