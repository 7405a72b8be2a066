import { StringDecoder } from "node:string_decoder";
import { cleanText, parseReply } from "#core/mail/reply/parse.ts";
import type { WireReply } from "./smtp-types.ts";

/** A reply longer than this is an attack or a fault; RFC 5321 §4.5.3.1.5 allows 512 octets a line. */
const REPLY_OCTETS_MAX = 64 * 1024;
const FIRST_LINE = /^(\d{3})(?:[ -]|$)/;
const LF = 10;
/** Characters of what was said instead. */
const SAID_MAX = 200;

/** Puts bytes together to replies. Never throws: what is no reply comes out as one with code 0, and ends the reading. */
export class ReplyReader {
  #decoder = new StringDecoder("utf8");
  #rest = "";
  #lines: string[] = [];
  #size = 0;
  #broken = false;
  readonly #take: (reply: WireReply, lines: string[]) => void;

  constructor(take: (reply: WireReply, lines: string[]) => void) {
    this.#take = take;
  }

  /** Whether bytes lie here that no reply has used: after STARTTLS they would be an injection. */
  get hasRest(): boolean {
    return this.#rest !== "" || this.#lines.length > 0;
  }

  push(chunk: Buffer): void {
    if (this.#broken) return;
    this.#size += chunk.length;
    this.#rest += this.#decoder.write(chunk);
    // Looked through only when a line may be whole: a reply in pieces of one octet costs no more than another.
    if (!chunk.includes(LF)) {
      if (this.#size > REPLY_OCTETS_MAX) this.#fail("a reply without an end");
      return;
    }
    let from = 0;
    for (let end = this.#rest.indexOf("\n"); end >= 0; end = this.#rest.indexOf("\n", from)) {
      const line = this.#rest.slice(from, this.#rest[end - 1] === "\r" ? end - 1 : end);
      from = end + 1;
      this.#line(line);
      if (this.#broken) return;
    }
    if (from > 0) this.#rest = this.#rest.slice(from);
    if (this.#size > REPLY_OCTETS_MAX) this.#fail("a reply without an end");
  }

  #line(line: string): void {
    const found = FIRST_LINE.exec(line);
    if (!found) {
      this.#fail(`no SMTP reply: ${line.slice(0, SAID_MAX)}`);
      return;
    }
    this.#lines.push(line);
    if (line[3] === "-") return;
    const lines = this.#lines;
    this.#lines = [];
    this.#size = 0;
    const reply = parseReply(lines);
    // All lines carry the same code (RFC 5321 §4.2.1). Yes and no in one reply is neither: which of them counts?
    const isTorn = lines.some((one) => one[0] !== line[0]);
    if (reply.code === 0 || isTorn) this.#fail(`no SMTP reply: ${lines.join(" ").slice(0, SAID_MAX)}`);
    else this.#take(reply, lines);
  }

  #fail(text: string): void {
    this.#broken = true;
    this.#rest = "";
    this.#lines = [];
    const said = cleanText(text);
    this.#take({ code: 0, enhanced: null, text: said }, [said]);
  }
}
