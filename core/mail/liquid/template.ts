/**
 * A Liquid template cut into static text and dynamic pieces, so that static text is encoded once per campaign.
 * Pieces of one run share what `assign` sets; plain outputs (`{{ a.b | default: "c" }}`) do without the interpreter.
 */
import { Context, type Emitter, Output, type Template, toValueSync } from "liquidjs";
import { escapeHtml, type LiquidMode, liquidEngines, liquidText, OUTPUT_LIMIT } from "./engine.ts";

/** Values by name; one level of objects below. */
export type LiquidScope = Readonly<Record<string, unknown>>;

export interface LiquidTemplate {
  readonly mode: LiquidMode;
  readonly pieces: readonly (string | LiquidPiece)[];
}

/** A part that differs per recipient. */
export interface LiquidPiece {
  render(run: LiquidRun): string;
}

/** One rendering of one template for one recipient; holds its limits. Never share it between templates. */
export class LiquidRun {
  readonly scope: LiquidScope;
  readonly #mode: LiquidMode;
  #context: Context | null = null;
  written = 0;

  constructor(template: LiquidTemplate, scope: LiquidScope) {
    this.scope = scope;
    this.#mode = template.mode;
  }

  get context(): Context {
    const engine = liquidEngines[this.#mode];
    this.#context ??= new Context(this.scope, engine.options, { sync: true }, { liquid: engine });
    return this.#context;
  }
}

/** Collects what pieces write and stops a template that writes without end. */
class BoundedEmitter implements Emitter {
  buffer = "";
  readonly #run: LiquidRun;

  constructor(run: LiquidRun) {
    this.#run = run;
  }

  write(value: unknown): void {
    const text = liquidText(value);
    this.#run.written += text.length;
    if (this.#run.written > OUTPUT_LIMIT)
      throw new Error(`template writes more than ${OUTPUT_LIMIT} characters`);
    this.buffer += text;
  }
}

/**
 * Parses a template. Throws liquidjs' error where it is broken; `checkLiquid` tells people what is wrong.
 * @param constants values that are the same for every recipient; outputs that need nothing else become static text
 */
export function parseTemplate(source: string, mode: LiquidMode, constants: LiquidScope = {}): LiquidTemplate {
  if (!source.includes("{{") && !source.includes("{%"))
    return { mode, pieces: source === "" ? [] : [source] };
  const engine = liquidEngines[mode];
  const nodes = engine.parse(source);
  const plain = Object.keys(engine.analyzeSync(nodes, { partials: false }).locals).length === 0;
  const pieces: (string | LiquidPiece)[] = [];
  for (const node of nodes) {
    const text = staticText(node) ?? (plain ? constantText(node, mode, constants) : null);
    if (text === null) pieces.push((plain && plainOutput(node, mode)) || interpreted(node, mode));
    else if (text === "") continue;
    else if (typeof pieces.at(-1) === "string") pieces[pieces.length - 1] += text;
    else pieces.push(text);
  }
  return { mode, pieces };
}

/** The whole template as text, for subjects and previews. */
export function renderTemplate(
  template: LiquidTemplate,
  scope: LiquidScope,
  each: (text: string) => string = (text) => text,
): string {
  const only = template.pieces[0];
  if (template.pieces.length === 1 && typeof only === "string") return each(only);
  const run = new LiquidRun(template, scope);
  let out = "";
  for (const piece of template.pieces) out += each(typeof piece === "string" ? piece : piece.render(run));
  return out;
}

function staticText(node: Template): string | null {
  const text = (node as Template & { str?: unknown }).str;
  return node.constructor.name === "HTML" && typeof text === "string" ? text : null;
}

function constantText(node: Template, mode: LiquidMode, constants: LiquidScope): string | null {
  if (!(node instanceof Output)) return null;
  const roots = Object.keys(liquidEngines[mode].analyzeSync([node], { partials: false }).variables);
  if (roots.length === 0 || !roots.every((root) => Object.hasOwn(constants, root))) return null;
  return interpreted(node, mode).render(new LiquidRun({ mode, pieces: [] }, constants));
}

function interpreted(node: Template, mode: LiquidMode): LiquidPiece {
  const engine = liquidEngines[mode];
  const nodes = [node];
  return {
    render(run) {
      const emitter = new BoundedEmitter(run);
      toValueSync(engine.renderer.renderTemplates(nodes, run.context, emitter));
      return emitter.buffer;
    },
  };
}

const PLAIN =
  /^\{\{-?\s*([a-z_]\w*)(?:\.([A-Za-z_]\w*))?\s*(?:\|\s*default:\s*(?:"([^"\\]*)"|'([^'\\]*)')\s*)?-?\}\}$/;
/** Words that Liquid reads as literals, and properties that it computes. */
const NOT_PLAIN = /^(?:true|false|nil|null|empty|blank|first|last|size)$/;

function plainOutput(node: Template, mode: LiquidMode): LiquidPiece | null {
  const match = node instanceof Output ? PLAIN.exec(node.token.getText()) : null;
  const name = match?.[1];
  const property = match?.[2];
  if (!match || !name || NOT_PLAIN.test(name) || (property && NOT_PLAIN.test(property))) return null;
  const fallback = match[3] ?? match[4] ?? "";
  const shown = mode === "html" ? escapeHtml(fallback) : fallback;
  const slow = interpreted(node, mode);
  return {
    render(run) {
      let value = own(run.scope, name);
      if (property !== undefined && value !== undefined && value !== null) value = own(value, property);
      if (value === undefined || value === null || value === "") return shown;
      if (typeof value === "number") return String(value);
      if (typeof value !== "string") return slow.render(run);
      return mode === "html" ? escapeHtml(value) : value;
    },
  };
}

function own(holder: unknown, key: string): unknown {
  return typeof holder === "object" && holder !== null && Object.hasOwn(holder, key)
    ? (holder as Record<string, unknown>)[key]
    : undefined;
}
