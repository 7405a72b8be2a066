/** Finding `{{ … }}` and `{% … %}` in text that an HTML editor has written. Free of `node:`. */

/** Every Liquid token of a text. Global: use with `replace` and `matchAll` only. */
export const LIQUID_TOKEN = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

const ENTITIES: Record<string, string> = {
  "&quot;": '"',
  "&#34;": '"',
  "&#x22;": '"',
  "&apos;": "'",
  "&#39;": "'",
  "&#x27;": "'",
  "&lt;": "<",
  "&gt;": ">",
  "&nbsp;": " ",
  "&#160;": " ",
  "&amp;": "&",
};

/** Undoes the escaping of HTML editors inside Liquid (`{{ x | default: &quot;y&quot; }}`), and nowhere else. */
export function unescapeLiquid(html: string): string {
  return html.replace(LIQUID_TOKEN, (token) =>
    token
      .replace(/&(?:quot|apos|lt|gt|nbsp|amp|#34|#39|#160|#x22|#x27);/gi, (entity) => {
        return ENTITIES[entity.toLowerCase()] ?? entity;
      })
      .replaceAll("\u00a0", " "),
  );
}

/** Whether Liquid in the text mentions the variable, such as `unsubscribe_url` or `workspace.address`. */
export function mentionsVariable(template: string, variable: string): boolean {
  const name = new RegExp(`(?<![\\w.-])${variable.replaceAll(".", "\\s*\\.\\s*")}(?![\\w-])`);
  for (const [token] of template.matchAll(LIQUID_TOKEN)) if (name.test(token)) return true;
  return false;
}
