/** From what a person wrote to templates that only lack the recipient; shared by compiling and previewing. */

import { clickUrl, openUrl, preferencesUrl, unsubscribeUrl, viewUrl } from "../links.ts";
import { escapeHtml } from "../liquid/engine.ts";
import { type LiquidScope, type LiquidTemplate, parseTemplate } from "../liquid/template.ts";
import { cleanContent, escapeAroundLiquid, prepareHtml } from "./html.ts";
import { mailText } from "./quoted-printable.ts";
import { finishText, textFromHtml, trackText } from "./text.ts";
import type { MessageRecipient, MessageSource } from "./types.ts";

export interface PreparedMessage {
  subject: LiquidTemplate;
  preheader: LiquidTemplate;
  html: LiquidTemplate | null;
  text: LiquidTemplate;
  /** Original URL of click link n. */
  links: string[];
  /** Bytes of the HTML before personalisation. */
  htmlSize: number;
  constants: LiquidScope;
}

/** @param tracked whether click links and the open pixel go in, as far as the source wants them */
export function prepareMessage(source: MessageSource, tracked: boolean): PreparedMessage {
  const campaign = source.kind === "campaign";
  const clean = (content: string) =>
    campaign ? cleanContent(content) : mailText(content).replace(/[\ufdd0-\ufdd2]/g, "");
  const constants = constantScope(source);
  const template = (text: string, mode: "html" | "text"): LiquidTemplate =>
    campaign ? parseTemplate(text, mode, constants) : { mode, pieces: text === "" ? [] : [text] };
  const content = source.html === null ? null : clean(source.html);
  const preheader = clean(source.preheader ?? "");
  const clickBase =
    campaign && tracked && source.trackClicks ? clickUrl(source.baseUrl, "", 0).slice(0, -2) : null;
  const prepared =
    content === null
      ? null
      : prepareHtml(content, {
          preheader: campaign ? escapeAroundLiquid(preheader) : escapeHtml(preheader),
          clickBase,
          openBase: campaign && tracked && source.trackOpens ? openUrl(source.baseUrl, "") : null,
          footer: campaign,
        });
  const links = prepared?.links ?? [];
  const written = source.text ? clean(source.text) : content === null ? "" : textFromHtml(content);
  const text = clickBase === null ? written : trackText(written, clickBase, links);
  return {
    subject: template(clean(source.subject), "text"),
    preheader: template(preheader, "text"),
    html: prepared && template(prepared.html, "html"),
    text: template(finishText(text, campaign), "text"),
    links,
    htmlSize: prepared ? Buffer.byteLength(prepared.html) : 0,
    constants,
  };
}

/** What is the same for all recipients. */
function constantScope(source: MessageSource): LiquidScope {
  return {
    workspace: { name: source.workspace.name, address: source.workspace.address.replace(/\r\n?/g, "\n") },
    campaign: { name: source.campaign.name },
  };
}

/** What Liquid sees for one recipient. Without tokens (a preview) the links lead nowhere. */
export function recipientScope(
  constants: LiquidScope,
  baseUrl: string,
  recipient: MessageRecipient,
  tokens: { view: string; manage: string } | null,
): LiquidScope {
  return {
    ...constants,
    subscriber: { ...recipient.attributes, email: recipient.address },
    unsubscribe_url: tokens ? unsubscribeUrl(baseUrl, tokens.manage) : "#",
    preferences_url: tokens ? preferencesUrl(baseUrl, tokens.manage) : "#",
    view_url: tokens ? viewUrl(baseUrl, tokens.view) : "#",
  };
}
