/** The HTML of a mail between the editor and the encoder: links found, parts put in. Liquid is left standing. */
import { Parser } from "htmlparser2";
import { escapeHtml } from "../liquid/engine.ts";
import { mapLiquid, mentionsVariable, shieldLiquid, unescapeLiquid } from "../liquid/tokens.ts";
import { htmlFooter } from "./footer.ts";
import { mailText } from "./quoted-printable.ts";

/** Stands for the recipient's view token in prepared HTML: a noncharacter, so that no text holds it. */
export const VIEW_TOKEN_MARK = "\ufdd2";

export interface HtmlParts {
  /** HTML of what inboxes show beside the subject; empty for none. */
  preheader: string;
  /** Start of click links up to the token, such as `https://news.example.com/l/`; null leaves links alone. */
  clickBase: string | null;
  /** Start of the open pixel's address up to the token; null for none. */
  openBase: string | null;
  /** Whether postal address and unsubscribe link are added where the content lacks them. */
  footer: boolean;
}

/** Positions in the source that the parts go to. */
interface Places {
  links: { start: number; end: number; url: string }[];
  bodyStart: number | null;
  headEnd: number | null;
  htmlStart: number | null;
  bodyEnd: number | null;
  htmlEnd: number | null;
}

/** Line breaks, control characters and editors' escapes made plain; done once before anything looks at the content. */
export function cleanContent(content: string): string {
  return unescapeLiquid(mailText(content)).replace(/[\ufdd0-\ufdd2]/g, "");
}

/**
 * Puts preheader, footer and open pixel in, and makes http(s) links click links.
 * Left alone: mailto, tel, `#` and relative links, and every link with Liquid in it (the unsubscribe, preferences and
 * view links among them): where those lead depends on the recipient, and the redirect only knows links of the campaign.
 * @param html from `cleanContent`
 * @returns the HTML with Liquid, ending with a line break, and the original URL of each click link by number
 */
export function prepareHtml(html: string, parts: HtmlParts): { html: string; links: string[] } {
  const { shielded, restore } = shieldLiquid(html);
  const places = findPlaces(shielded);
  const edits: { start: number; end: number; text: string }[] = [];
  const links: string[] = [];
  if (parts.clickBase !== null) {
    const numbers = new Map<string, number>();
    for (const { start, end, url } of places.links) {
      const n = numbers.get(url) ?? links.push(url) - 1;
      numbers.set(url, n);
      edits.push({ start, end, text: `href="${escapeHtml(parts.clickBase)}${VIEW_TOKEN_MARK}/${n}"` });
    }
  }
  const bodyStart = places.bodyStart ?? places.headEnd ?? places.htmlStart ?? 0;
  const bodyEnd = places.bodyEnd ?? places.htmlEnd ?? shielded.length;
  if (parts.preheader !== "")
    edits.push({ start: bodyStart, end: bodyStart, text: hiddenPreheader(parts.preheader) });
  let tail = "";
  if (parts.footer) tail += htmlFooter((variable) => mentionsVariable(html, variable));
  if (parts.openBase !== null) tail += openPixel(parts.openBase);
  if (tail !== "")
    edits.push({ start: Math.max(bodyEnd, bodyStart), end: Math.max(bodyEnd, bodyStart), text: tail });
  const edited = applyEdits(shielded, edits);
  const whole = places.bodyStart === null && places.htmlStart === null ? wrapFragment(edited) : edited;
  const restored = restore(whole);
  return { html: restored.endsWith("\n") ? restored : `${restored}\n`, links };
}

function findPlaces(html: string): Places {
  const places: Places = {
    links: [],
    bodyStart: null,
    headEnd: null,
    htmlStart: null,
    bodyEnd: null,
    htmlEnd: null,
  };
  let hrefs: Places["links"] = [];
  const parser: Parser = new Parser({
    onattribute(name, value) {
      if (name !== "href") return;
      const url = value.replace(/[\n\t]/g, "").trim();
      // From the name to behind the closing quote, where there is one.
      if (isTrackable(url)) hrefs.push({ start: parser.startIndex, end: parser.endIndex, url });
    },
    onopentag(name) {
      if (name === "a" || name === "area") places.links.push(...hrefs.slice(0, 1));
      hrefs = [];
      if (name === "body") places.bodyStart ??= parser.endIndex + 1;
      if (name === "html") places.htmlStart ??= parser.endIndex + 1;
    },
    onclosetag(name, implied) {
      if (implied) return;
      if (name === "head") places.headEnd ??= parser.endIndex + 1;
      if (name === "body") places.bodyEnd = parser.startIndex;
      if (name === "html") places.htmlEnd = parser.startIndex;
    },
  });
  parser.write(html);
  parser.end();
  return places;
}

function isTrackable(url: string): boolean {
  return /^https?:\/\/./i.test(url) && !url.includes("\ufdd0") && URL.canParse(url);
}

function applyEdits(html: string, edits: { start: number; end: number; text: string }[]): string {
  let out = "";
  let from = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    out += html.slice(from, edit.start) + edit.text;
    from = edit.end;
  }
  return out + html.slice(from);
}

/** Plain text with Liquid as HTML with Liquid. */
export function escapeAroundLiquid(text: string): string {
  return mapLiquid(text, (token) => token, escapeHtml);
}

function hiddenPreheader(preheader: string): string {
  // Invisible padding keeps inboxes from filling the line with whatever comes next in the mail.
  const padding = "&#847;&zwnj;&nbsp;".repeat(20);
  return `<div style="display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;mso-hide:all">${preheader}${padding}</div>\n`;
}

function openPixel(base: string): string {
  return `<img src="${escapeHtml(base)}${VIEW_TOKEN_MARK}" width="1" height="1" alt="" style="display:block;border:0">\n`;
}

function wrapFragment(body: string): string {
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
</head>
<body>
${body.endsWith("\n") ? body : `${body}\n`}</body>
</html>
`;
}
