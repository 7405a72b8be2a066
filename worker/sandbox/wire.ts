import type { Socket } from "node:net";
import { type SecureContext, TLSSocket } from "node:tls";
import { BodyReader } from "./body.ts";

const maxLine = 4_096;
const lingerMs = 2_000;
const nothing = Buffer.alloc(0);

/** What a session is told by its wire. */
export interface WireEvents {
  line(text: string): void;
  /** The first octets of a message have come. */
  bodyBegins(): void;
  /** A message has come whole. */
  body(body: BodyReader): void;
  /** Nobody has said anything for too long; the connection ends after this. */
  idle(): void;
}

/**
 * One connection's octets: lines and messages in, replies out. Replies to commands that came together leave in one
 * write (RFC 2920), and what comes while the session holds its answer waits.
 */
export class Wire {
  #socket: Socket;
  #events: WireEvents;
  #idleMs: number;
  #input: Buffer = nothing;
  #at = 0;
  #out = "";
  #held = false;
  #over = false;
  #secure = false;
  #askedFor = "no name";
  #encryption: string | null = null;
  #body: BodyReader | null = null;

  constructor(socket: Socket, events: WireEvents, options: { idleMs: number; onClose: () => void }) {
    this.#socket = socket;
    this.#events = events;
    this.#idleMs = options.idleMs;
    socket.setNoDelay(true);
    socket.on("close", () => {
      this.#over = true;
      options.onClose();
    });
    this.#listen(socket);
  }

  get secure(): boolean {
    return this.#secure;
  }

  /** How the line is encrypted, in words. */
  get encryption(): string | null {
    if (!(this.#socket instanceof TLSSocket)) return null;
    this.#encryption ??= `${this.#socket.getProtocol()}, ${this.#socket.getCipher()?.standardName ?? "hung up"}, asked for ${this.#askedFor}`;
    return this.#encryption;
  }

  #listen(socket: Socket) {
    socket.on("data", (chunk: Buffer) => this.#onData(chunk));
    socket.on("error", () => socket.destroy());
    socket.setTimeout(this.#idleMs, () => this.#events.idle());
  }

  #onData(chunk: Buffer) {
    const rest = this.#input.length - this.#at;
    this.#input = rest > 0 ? Buffer.concat([this.#input.subarray(this.#at), chunk]) : chunk;
    this.#at = 0;
    if (!this.#held) this.#run();
  }

  #run() {
    while (!this.#held && !this.#over && this.#at < this.#input.length) {
      if (!(this.#body ? this.#takeBody(this.#body) : this.#takeLine())) break;
    }
    this.flush();
  }

  #takeLine(): boolean {
    const stop = this.#input.indexOf(10, this.#at);
    if (stop === -1) {
      if (this.#input.length - this.#at > maxLine) {
        this.reply("500 5.5.2 Line too long");
        this.end();
      }
      return false;
    }
    const crlf = stop > this.#at && this.#input[stop - 1] === 13;
    const line = this.#input.toString("utf8", this.#at, crlf ? stop - 1 : stop);
    this.#at = stop + 1;
    this.#events.line(line);
    return true;
  }

  #takeBody(body: BodyReader): boolean {
    if (body.isEmpty) this.#events.bodyBegins();
    if (this.#over) return false;
    const used = body.take(this.#at === 0 ? this.#input : this.#input.subarray(this.#at));
    if (used === -1) {
      this.#at = this.#input.length;
      return false;
    }
    this.#at += used;
    this.#body = null;
    this.#events.body(body);
    return true;
  }

  /** What comes next is a message. */
  expectBody() {
    this.#body = new BodyReader();
  }

  /** Adds a reply, CRLF left to this, to what is sent when all input so far has been read. */
  reply(text: string) {
    this.#out += `${text}\r\n`;
  }

  flush() {
    if (this.#out === "" || this.#socket.destroyed) return;
    this.#socket.write(this.#out);
    this.#out = "";
  }

  /** Goes on with `then` after `ms`; what comes meanwhile waits. Not at all, if the connection ends before. */
  hold(ms: number, then: () => void) {
    this.flush();
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

  /** Goes over to TLS. What was pipelined in the clear is thrown away (RFC 3207 §6). */
  startTls(secureContext: SecureContext, contextOf: (host: string) => SecureContext | undefined) {
    this.flush();
    this.#input = nothing;
    this.#at = 0;
    const plain = this.#socket;
    plain.removeAllListeners("data");
    plain.removeAllListeners("timeout");
    plain.setTimeout(0);
    this.#socket = new TLSSocket(plain, {
      isServer: true,
      secureContext,
      SNICallback: (name, done) => {
        this.#askedFor = name;
        done(null, contextOf(name.toLowerCase()));
      },
    });
    this.#secure = true;
    this.#listen(this.#socket);
    this.#socket.on("close", () => plain.destroy());
  }

  /** Says what is left to say and hangs up; a client that does not follow is cut off. */
  end() {
    this.flush();
    this.#over = true;
    const socket = this.#socket;
    socket.end();
    setTimeout(() => socket.destroy(), lingerMs).unref();
  }

  /** Hangs up without a word, as a host that goes away. */
  destroy() {
    this.#over = true;
    this.#out = "";
    this.#socket.destroy();
  }
}
