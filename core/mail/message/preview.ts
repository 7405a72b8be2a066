/** A message as people see it, before it is encoded: previews, test sends and the page "view in browser". */

import { type LinkKeys, recipientTokens } from "../links.ts";
import { renderTemplate } from "../liquid/template.ts";
import { prepareMessage, recipientScope } from "./prepare.ts";
import { mailText } from "./quoted-printable.ts";
import type { MessagePreview, MessageRecipient, MessageSource } from "./types.ts";

/**
 * Renders without tracking: links stand as they were written, no open pixel.
 * The HTML is the sender's own and may hold scripts: show it only in a sandboxed frame.
 * @param keys with them unsubscribe, preferences and view links work; with null they lead nowhere
 */
export function renderPreview(
  source: MessageSource,
  recipient: MessageRecipient,
  keys: LinkKeys | null,
): MessagePreview {
  const prepared = prepareMessage(source, false);
  const tokens =
    keys &&
    recipientTokens(keys, {
      workspace: source.workspace.id,
      campaign: source.campaign.id,
      seq: recipient.seq,
      subscriber: recipient.subscriberId,
      lists: recipient.listIds,
    });
  const scope = recipientScope(prepared.constants, source.baseUrl, recipient, tokens);
  const oneLine = (text: string) => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
  return {
    subject: oneLine(renderTemplate(prepared.subject, scope)),
    preheader: oneLine(renderTemplate(prepared.preheader, scope)),
    // Piece by piece, as the message is: a value that ends with a bare CR is a line of its own in both.
    html: prepared.html && renderTemplate(prepared.html, scope, mailText),
    text: renderTemplate(prepared.text, scope, mailText),
  };
}
