/** A document from a browser, made harmless before it is compiled. Pure. */
import type { BlockDocument, BlockNode } from "#core/template/types.ts";

/** Deeper than any mail, and less than the stack. */
const DEPTH_LIMIT = 30;
const NODE_LIMIT = 5_000;

/** Attributes that blocks of ours use; everything else a browser sends is dropped. */
const ATTRIBUTES: Record<string, readonly string[]> = {
  heading: ["level", "alignment"],
  paragraph: ["alignment"],
  button: ["href", "alignment"],
  image: ["src", "alt", "width", "href", "alignment"],
  variable: ["name", "fallback"],
  orderedList: ["start"],
  link: ["href"],
};

/** Web, mail and phone links, and Liquid such as `{{ unsubscribe_url }}`; `#` for all others. */
export function safeHref(value: unknown): string {
  if (typeof value !== "string") return "#";
  const href = value.trim().slice(0, 4_000);
  if (/^(https?:\/\/|mailto:|tel:|#|\{\{)/i.test(href)) return href;
  // "example.com/shop" was meant as a web address.
  return /^[\w-]+(\.[\w-]+)+([/?#]|$)/.test(href) ? `https://${href}` : "#";
}

/** Only what mail clients fetch: web addresses, and Liquid. */
const safeSource = (value: unknown): string =>
  typeof value === "string" && /^(https?:\/\/|\{\{)/i.test(value.trim()) ? value.trim().slice(0, 4_000) : "";

/** Null where it is no document, too deep or too large. */
export function cleanDocument(document: unknown): BlockDocument | null {
  const budget = { left: NODE_LIMIT };
  const doc = cleanNode(document, 0, budget);
  return doc?.type === "doc" ? (doc as BlockDocument) : null;
}

function cleanNode(node: unknown, depth: number, budget: { left: number }): BlockNode | null {
  if (typeof node !== "object" || node === null || depth > DEPTH_LIMIT || --budget.left < 0) return null;
  const { type, attrs, content, marks, text } = node as Record<string, unknown>;
  if (typeof type !== "string") return null;
  const clean: BlockNode = { type };
  if (typeof text === "string") clean.text = text;
  const kept = cleanAttributes(type, attrs);
  if (kept) clean.attrs = kept;
  if (Array.isArray(marks)) {
    clean.marks = marks.flatMap((mark: unknown) => {
      const { type: name, attrs: of } = (mark ?? {}) as Record<string, unknown>;
      if (typeof name !== "string") return [];
      const attributes = cleanAttributes(name, of);
      return [attributes ? { type: name, attrs: attributes } : { type: name }];
    });
  }
  if (Array.isArray(content)) {
    clean.content = [];
    for (const child of content) {
      const cleaned = cleanNode(child, depth + 1, budget);
      if (!cleaned) return null;
      clean.content.push(cleaned);
    }
  }
  return clean;
}

function cleanAttributes(type: string, attrs: unknown): Record<string, unknown> | null {
  const allowed = ATTRIBUTES[type];
  if (!allowed || typeof attrs !== "object" || attrs === null) return null;
  const kept: Record<string, unknown> = {};
  for (const name of allowed) {
    const value = (attrs as Record<string, unknown>)[name];
    if (value === null || value === undefined) continue;
    if (name === "href") kept.href = value === "" && type === "image" ? null : safeHref(value);
    else if (name === "src") kept.src = safeSource(value);
    else if (typeof value === "string" || typeof value === "number") kept[name] = value;
  }
  return kept;
}
