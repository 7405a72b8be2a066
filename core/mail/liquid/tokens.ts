/** Finding `{{ … }}` and `{% … %}` in text that an HTML editor has written. Free of `node:`. */

/** Start and end of every Liquid token of a text, in one pass whatever the text (an open `{{` is looked for once). */
export function findLiquid(text: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  const unclosed = { "{{": false, "{%": false };
  let from = 0;
  for (;;) {
    const start = text.indexOf("{", from);
    if (start < 0) return found;
    const opening = text.slice(start, start + 2);
    from = start + 1;
    if ((opening !== "{{" && opening !== "{%") || unclosed[opening]) continue;
    const close = text.indexOf(opening === "{{" ? "}}" : "%}", start + 2);
    if (close < 0) {
      unclosed[opening] = true;
      continue;
    }
    from = close + 2;
    found.push({ start, end: from });
  }
}

/** The text with Liquid tokens and what stands between them changed apart. */
export function mapLiquid(
  text: string,
  onToken: (token: string) => string,
  between: (text: string) => string = (same) => same,
): string {
  let out = "";
  let from = 0;
  for (const { start, end } of findLiquid(text)) {
    out += between(text.slice(from, start)) + onToken(text.slice(start, end));
    from = end;
  }
  return out + between(text.slice(from));
}

/**
 * The text with Liquid tokens hidden behind noncharacters, so that an HTML parser reads what stands around them.
 * `restore` puts them back into whatever became of the text.
 */
export function shieldLiquid(text: string): { shielded: string; restore: (changed: string) => string } {
  const tokens: string[] = [];
  const shielded = mapLiquid(text, (token) => `\ufdd0${tokens.push(token) - 1}\ufdd1`);
  return {
    shielded,
    restore: (changed) => changed.replace(/\ufdd0(\d+)\ufdd1/g, (_, n: string) => tokens[Number(n)] ?? ""),
  };
}

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
  return mapLiquid(html, (token) =>
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
  return findLiquid(template).some(({ start, end }) => name.test(template.slice(start, end)));
}
