/** What the law wants at the foot of a campaign: who sent it, from where, and the way out. Only what content lacks. */
import { WORDS } from "#core/subscription/words.ts";

/** Footer as HTML with Liquid; empty where the content has address and unsubscribe link. */
export function htmlFooter(has: (variable: string) => boolean): string {
  const lines: string[] = [];
  if (!has("workspace.address")) {
    lines.push("{{ workspace.name }}<br>{{ workspace.address | strip | newline_to_br }}");
  }
  if (!has("unsubscribe_url")) {
    lines.push(
      `<a href="{{ unsubscribe_url }}" style="color:inherit">${WORDS.unsubscribe}</a> &middot; ` +
        `<a href="{{ preferences_url }}" style="color:inherit">${WORDS.preferences}</a>`,
    );
  }
  if (lines.length === 0) return "";
  return `<div style="padding:24px 16px;text-align:center;font-family:sans-serif;font-size:12px;line-height:18px;color:#6b7280">${lines.join("<br>\n")}</div>\n`;
}

/** Footer of the text part, beginning with an empty line; empty where the content has both. */
export function textFooter(has: (variable: string) => boolean): string {
  const lines: string[] = [];
  if (!has("workspace.address")) lines.push("{{ workspace.name }}", "{{ workspace.address | strip }}");
  if (!has("unsubscribe_url")) {
    lines.push(`${WORDS.unsubscribe}: {{ unsubscribe_url }}`, `${WORDS.preferences}: {{ preferences_url }}`);
  }
  return lines.length === 0 ? "" : `\n${lines.join("\n")}\n`;
}
