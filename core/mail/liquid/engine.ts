/** Liquid as it is safe in mail: no files, unknown filters refused, own properties only, work bounded. */
import { Liquid } from "liquidjs";

/** `html` escapes every output; `text` (text part, subject, preheader) none. */
export type LiquidMode = "html" | "text";

/** One run may make this much: characters written, and items that filters and ranges create. */
export const OUTPUT_LIMIT = 1_000_000;
const MEMORY_LIMIT = 2_000_000;
/** Generous, so that a busy machine fails nobody's mail; a loop that hangs still ends. */
const TIME_LIMIT_MS = 1_000;
/** Characters of one template; forty times what a mail client shows. */
export const TEMPLATE_LIMIT = 4_000_000;

/** Tags that read other templates, and `now` in disguise is not among them. */
const FILE_TAGS = ["include", "render", "layout", "block"];

const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
};

/** Makes text safe inside HTML elements and quoted attributes. */
export function escapeHtml(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (character) => ESCAPES[character] as string) : text;
}

/** A value as Liquid writes it: lists joined, nothing for null and for objects. */
export function liquidText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return String(value);
  if (Array.isArray(value)) return value.map(liquidText).join("");
  if (value instanceof Date) return value.toISOString();
  return "";
}

function makeEngine(mode: LiquidMode): Liquid {
  const engine = new Liquid({
    templates: {},
    strictFilters: true,
    strictVariables: false,
    ownPropertyOnly: true,
    timezoneOffset: 0,
    parseLimit: TEMPLATE_LIMIT,
    memoryLimit: MEMORY_LIMIT,
    renderLimit: TIME_LIMIT_MS,
    outputEscape: mode === "html" ? (value) => escapeHtml(liquidText(value)) : liquidText,
  });
  for (const tag of FILE_TAGS) delete engine.tags[tag];
  // Attributes hold what strangers typed into forms, so nothing switches the escaping off.
  engine.registerFilter("raw", liquidText);
  if (mode === "html") {
    engine.registerFilter("escape", { raw: true, handler: (value) => escapeHtml(liquidText(value)) });
    engine.registerFilter("newline_to_br", {
      raw: true,
      handler: (value) => escapeHtml(liquidText(value)).replace(/\r\n|\r|\n/g, "<br />\n"),
    });
  }
  return engine;
}

/** Shared engines; they hold no state between templates. */
export const liquidEngines: Readonly<Record<LiquidMode, Liquid>> = {
  html: makeEngine("html"),
  text: makeEngine("text"),
};
