/** One recipient's message: the hot path of delivery. */
import { hash } from "node:crypto";
import type { DkimSigner } from "../dkim/signer.ts";
import { type LinkKeys, pathTokens, recipientTokens } from "../links.ts";
import { LiquidRun, renderTemplate } from "../liquid/template.ts";
import type { CompiledMessage } from "./compile.ts";
import { type HeaderField, messageHeaders } from "./headers.ts";
import { VIEW_TOKEN_MARK } from "./html.ts";
import { recipientScope } from "./prepare.ts";
import { mailText, quotedPrintableBound, writeQuotedPrintable } from "./quoted-printable.ts";
import type { MessageRecipient, RenderedMessage } from "./types.ts";

export interface RenderOptions {
  keys: LinkKeys;
  /** Date and signature time. */
  at: Date;
  /** One DKIM-Signature each; none for unsigned mail. */
  signers?: readonly DkimSigner[];
}

/** Room for a piece's text before the buffer is looked at again. */
const PIECE_ROOM = 96;

/**
 * Renders, encodes and signs. Deterministic: the same arguments give the same bytes.
 * Throws where Liquid fails for this recipient or the address cannot stand in a header.
 */
export function renderMessage(
  compiled: CompiledMessage,
  recipient: MessageRecipient,
  options: RenderOptions,
): RenderedMessage {
  const { source } = compiled;
  const ids = {
    workspace: source.workspace.id,
    campaign: source.campaign.id,
    seq: recipient.seq,
    subscriber: recipient.subscriberId,
  };
  const tokens = recipientTokens(options.keys, { ...ids, lists: recipient.listIds });
  const path = pathTokens(options.keys, ids);
  const scope = recipientScope(compiled.constants, source.baseUrl, recipient, tokens);
  const messageId = `<${path.messageId}@${compiled.senderDomain}>`;
  const fields = messageHeaders(compiled, recipient, {
    subject: renderTemplate(compiled.subject, scope),
    messageId,
    manage: tokens.manage,
    unsubscribe: path.unsubscribe,
    at: options.at,
  });
  const head = headerText(fields);
  const signers = options.signers ?? [];
  const start = signers.reduce((sum, signer) => sum + signer.headerLength, 0) + head.length;

  let slots = 0;
  for (const part of compiled.parts) slots += part.segments.length;
  let out: Buffer = Buffer.allocUnsafe(start + compiled.size + slots * PIECE_ROOM);
  let at = start;
  for (let i = 0; i < compiled.parts.length; i++) {
    const part = compiled.parts[i] as CompiledMessage["parts"][number];
    at = append(out, at, compiled.glue[i] as Buffer);
    const run = new LiquidRun(part.template, scope);
    for (const segment of part.segments) {
      if (segment instanceof Uint8Array) {
        if (out.length - at < segment.length) out = grow(out, at, segment.length);
        at = append(out, at, segment);
        continue;
      }
      let text = tokens.view;
      if (segment !== "view") {
        text = mailText(segment.render(run));
        if (text.includes(VIEW_TOKEN_MARK)) text = text.replaceAll(VIEW_TOKEN_MARK, tokens.view);
      }
      const bound = quotedPrintableBound(text);
      if (out.length - at < bound) out = grow(out, at, bound);
      at = writeQuotedPrintable(text, out, at);
    }
  }
  const tail = compiled.glue[compiled.parts.length] as Buffer;
  if (out.length - at < tail.length) out = grow(out, at, tail.length);
  at = append(out, at, tail);
  if (compiled.parts.length === 1) at = dropEmptyLines(out, start, at);

  let position = 0;
  if (signers.length > 0) {
    const bodyHash = hash("sha256", out.subarray(start, at), "base64");
    for (const signer of signers) {
      position += out.write(signer.sign(fields, bodyHash, options.at), position, "latin1");
    }
  }
  out.write(head, position, "latin1");
  return {
    bytes: out.subarray(0, at),
    messageId,
    returnPath: `${path.returnPath}@${compiled.bounceDomain}`,
  };
}

/** The header block with the empty line that ends it. */
function headerText(fields: readonly HeaderField[]): string {
  let text = "";
  for (const [name, value] of fields) text += `${name}: ${value}\r\n`;
  return `${text}\r\n`;
}

/**
 * Takes empty lines off the end of a body of text alone, where no boundary ends it: DKIM ignores them. A soft break
 * before the last line break goes with them. Returns the new end.
 */
function dropEmptyLines(out: Buffer, start: number, end: number): number {
  let at = end;
  for (;;) {
    if (at - start === 2) return start;
    if (at - start < 4 || out[at - 3] !== 10 || out[at - 1] !== 10) return at;
    // "x=", CRLF, CRLF is "x", CRLF.
    const soft = at - 5 >= start && out[at - 5] === 61;
    at -= soft ? 3 : 2;
    if (soft) out.write("\r\n", at - 2, "latin1");
  }
}

function append(out: Buffer, at: number, bytes: Buffer): number {
  out.set(bytes, at);
  return at + bytes.length;
}

function grow(out: Buffer, used: number, needed: number): Buffer {
  const larger = Buffer.allocUnsafe((used + needed) * 2);
  out.copy(larger, 0, 0, used);
  return larger;
}
