import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** One reply: all its lines joined, or null when the connection ended instead. */
export type Reply = string | null;

/** A plain SMTP client that says exactly what it is told, for tests of receivers. */
export class TestClient {
  #socket: Socket;
  #input = "";
  #replies: string[] = [];
  #waiting: ((reply: Reply) => void)[] = [];
  #closed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen(socket);
  }

  static async connect(host: string, port: number, localAddress = "127.0.0.1"): Promise<TestClient> {
    const socket = connect({ host, port, localAddress });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new TestClient(socket);
  }

  /** Connects, reads the greeting and says EHLO; with TLS where wanted. */
  static async ready(host: string, port: number, options: { tls?: boolean; localAddress?: string } = {}) {
    const client = await TestClient.connect(host, port, options.localAddress);
    await client.reply();
    await client.say("EHLO sender.example");
    if (options.tls) {
      await client.startTls();
      await client.say("EHLO sender.example");
    }
    return client;
  }

  #listen(socket: Socket) {
    socket.on("data", (chunk: Buffer) => {
      this.#input += chunk.toString("latin1");
      for (;;) {
        const whole = /^(?:\d{3}-[^\r\n]*\r\n)*\d{3} [^\r\n]*\r\n/.exec(this.#input);
        if (!whole) return;
        this.#input = this.#input.slice(whole[0].length);
        const next = this.#waiting.shift();
        if (next) next(whole[0].trimEnd());
        else this.#replies.push(whole[0].trimEnd());
      }
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#closed = true;
      for (const waiting of this.#waiting.splice(0)) waiting(null);
    });
  }

  reply(): Promise<Reply> {
    const ready = this.#replies.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.#closed) return Promise.resolve(null);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  write(bytes: string | Buffer) {
    this.#socket.write(bytes);
  }

  say(line: string): Promise<Reply> {
    this.write(`${line}\r\n`);
    return this.reply();
  }

  async startTls() {
    await this.say("STARTTLS");
    this.#socket.removeAllListeners("data");
    const secure = connectTls({ socket: this.#socket, rejectUnauthorized: false });
    await new Promise<void>((resolve, reject) => {
      secure.once("secureConnect", resolve);
      secure.once("error", reject);
    });
    this.#socket = secure;
    this.#listen(secure);
  }

  /** Sends one message; the replies to MAIL, RCPT, DATA and the dot, as far as it got. */
  async send(to: string, options: { from?: string; message?: string } = {}): Promise<Reply[]> {
    const replies: Reply[] = [];
    for (const line of [
      `MAIL FROM:<${options.from ?? "b+1@bounces.brand.example"}>`,
      `RCPT TO:<${to}>`,
      "DATA",
    ]) {
      const reply = await this.say(line);
      replies.push(reply);
      if (!reply || !/^[23]/.test(reply)) {
        if (reply && !reply.startsWith("421")) await this.say("RSET");
        return replies;
      }
    }
    this.write(`${options.message ?? testMessage(to)}\r\n.\r\n`);
    replies.push(await this.reply());
    return replies;
  }

  /** The socket itself, nobody listening to it any more. */
  get socket(): Socket {
    return this.#socket.removeAllListeners("data");
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves when the other side has hung up. */
  async ended(): Promise<void> {
    while (!this.#closed) await this.reply();
  }

  destroy() {
    this.#socket.destroy();
  }
}

/** A small message with a Message-ID of its own. */
export function testMessage(to: string, id = `${to}.1`, body = "Hello."): string {
  return [
    "From: News <news@brand.example>",
    `To: <${to}>`,
    "Subject: Spring",
    `Message-ID: <${id}>`,
    "MIME-Version: 1.0",
    "Content-Type: text/html; charset=utf-8",
    "",
    body,
  ].join("\r\n");
}
