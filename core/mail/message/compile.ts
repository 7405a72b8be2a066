/** A campaign's message made ready for its recipients: everything they share is encoded here, once. */
import { formatMailbox, parseOwnAddress } from "../address.ts";
import type { LiquidPiece, LiquidScope, LiquidTemplate } from "../liquid/template.ts";
import { VIEW_TOKEN_MARK } from "./html.ts";
import { type PreparedMessage, prepareMessage } from "./prepare.ts";
import { encodeQuotedPrintable, mailText } from "./quoted-printable.ts";
import type { MessageSource } from "./types.ts";

/** Encoded bytes, the place of the recipient's view token, or text that is rendered for each recipient. */
export type Segment = Buffer | "view" | LiquidPiece;

export interface CompiledMessage {
  readonly source: MessageSource;
  /** Original URL of click link n; clicks lead there and nowhere else. */
  readonly links: readonly string[];
  /** Bytes of the HTML before personalisation; mail clients cut above about 102,000. */
  readonly htmlSize: number;
  /** Bytes of the whole message before personalisation, headers left out. */
  readonly size: number;
  readonly subject: LiquidTemplate;
  readonly parts: readonly { readonly template: LiquidTemplate; readonly segments: readonly Segment[] }[];
  /** Bytes before, between and after the parts. */
  readonly glue: readonly Buffer[];
  readonly contentHeaders: readonly (readonly [string, string])[];
  readonly from: string;
  readonly replyTo: string | null;
  readonly senderDomain: string;
  readonly bounceDomain: string;
  readonly constants: LiquidScope;
}

/** "=_" never comes out of quoted-printable, so no content can contain the boundary (RFC 2045 6.7). */
const BOUNDARY = "=_lettermill";

/**
 * Compiles one variant. Throws where the sender's address is none, or Liquid is broken (`checkLiquid` says how).
 */
export function compileMessage(source: MessageSource): CompiledMessage {
  const sender = parseOwnAddress(source.sender.address);
  if (!sender.ok) throw new Error(`sender's address: ${sender.reason}`);
  const prepared = prepareMessage(source, true);
  const parts = [prepared.text, ...(prepared.html ? [prepared.html] : [])].map((template) => ({
    template,
    segments: encodeSegments(template),
  }));
  const { glue, headers } = layout(prepared);
  const fixed = [...parts.flatMap((part) => part.segments), ...glue];
  return {
    source,
    links: prepared.links,
    htmlSize: prepared.htmlSize,
    size: fixed.reduce((sum, segment) => sum + (Buffer.isBuffer(segment) ? segment.length : 0), 0),
    subject: prepared.subject,
    parts,
    glue,
    contentHeaders: headers,
    from: formatMailbox(source.sender.name, `${sender.local}@${sender.domain}`),
    replyTo: source.replyTo ? formatMailbox(null, source.replyTo) : null,
    senderDomain: sender.domain,
    bounceDomain: source.bounceDomain ?? `bounces.${sender.domain}`,
    constants: prepared.constants,
  };
}

function layout(prepared: PreparedMessage): { glue: Buffer[]; headers: [string, string][] } {
  const encoding: [string, string] = ["Content-Transfer-Encoding", "quoted-printable"];
  if (prepared.html === null) {
    return {
      glue: [Buffer.alloc(0), Buffer.alloc(0)],
      headers: [["Content-Type", "text/plain; charset=utf-8"], encoding],
    };
  }
  const head = (type: string) =>
    `--${BOUNDARY}\r\nContent-Type: ${type}; charset=utf-8\r\n${encoding[0]}: ${encoding[1]}\r\n\r\n`;
  return {
    glue: [
      Buffer.from(head("text/plain")),
      Buffer.from(`\r\n${head("text/html")}`),
      Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
    ],
    headers: [["Content-Type", `multipart/alternative; boundary="${BOUNDARY}"`]],
  };
}

/** Static text is encoded from the start of a line and ends one, so that pieces between need no look at their neighbours. */
function encodeSegments(template: LiquidTemplate): Segment[] {
  const segments: Segment[] = [];
  for (const piece of template.pieces) {
    if (typeof piece !== "string") {
      segments.push(piece);
      continue;
    }
    piece.split(VIEW_TOKEN_MARK).forEach((text, i) => {
      if (i > 0) segments.push("view");
      if (text !== "") segments.push(encodeQuotedPrintable(mailText(text)));
    });
  }
  return segments;
}
