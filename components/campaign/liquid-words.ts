/** HTML or text with Liquid as words for pictures: `{{ x | default: "there" }}` is "there", other Liquid nothing. */
export const liquidWords = (html: string): string =>
  html
    .replace(/\{\{[^}]*?default:\s*(?:&quot;|["'])([^}]*?)(?:&quot;|["'])[^}]*\}\}/g, "$1")
    .replace(/\{\{[^}]*\}\}|\{%[^%]*%\}/g, "");
