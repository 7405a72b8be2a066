/** What is wrong with a template, in words for the person who writes it. */
import { type LiquidError, LiquidError as LiquidErrorClass, type Variable } from "liquidjs";
import { liquidEngines, TEMPLATE_LIMIT } from "./engine.ts";
import { findLiquid, unescapeLiquid } from "./tokens.ts";

export interface LiquidProblem {
  /** Errors stop a send; a warning is an unknown variable that has a default. */
  severity: "error" | "warning";
  message: string;
  /** From 1. */
  line: number;
  column: number;
  variable?: string;
}

/**
 * Broken syntax (the first place) or, where the syntax is right, each unknown variable once per place.
 * Positions count in the template as HTML editors' escapes inside Liquid are undone.
 */
export function checkLiquid(template: string, known: readonly string[]): LiquidProblem[] {
  if (template.length > TEMPLATE_LIMIT) {
    return [{ severity: "error", message: "The content is too long.", line: 1, column: 1 }];
  }
  const source = unescapeLiquid(template);
  const engine = liquidEngines.html;
  try {
    const globals = engine.analyzeSync(engine.parse(source), { partials: false }).globals;
    const names = new Set(known);
    const problems = Object.values(globals)
      .flat()
      .filter((variable) => !isKnown(variable, names))
      .map((variable) => unknownVariable(variable, source));
    return problems.sort((a, b) => a.line - b.line || a.column - b.column);
  } catch (error) {
    if (!LiquidErrorClass.is(error)) throw error;
    return [syntaxProblem(error as LiquidError)];
  }
}

function isKnown(variable: Variable, names: ReadonlySet<string>): boolean {
  let path = "";
  for (const segment of variable.segments) {
    // `subscriber[key]` is known only when the mail is made.
    if (typeof segment === "object") return path === "subscriber";
    path = path === "" ? String(segment) : `${path}.${segment}`;
    if (names.has(path)) return true;
  }
  return false;
}

function unknownVariable(variable: Variable, source: string): LiquidProblem {
  const name = variable.toString();
  const { row, col } = variable.location;
  const hasDefault = /\|\s*default\s*:/.test(tokenAt(source, row, col));
  return {
    severity: hasDefault ? "warning" : "error",
    message: `There is no variable "${name}".`,
    line: row,
    column: col,
    variable: name,
  };
}

function tokenAt(source: string, row: number, col: number): string {
  let offset = 0;
  for (let line = 1; line < row; line++) offset = source.indexOf("\n", offset) + 1;
  offset += col - 1;
  const token = findLiquid(source).find(({ start, end }) => start <= offset && offset < end);
  return token ? source.slice(token.start, token.end) : "";
}

function syntaxProblem(error: LiquidError): LiquidProblem {
  const token = (error as LiquidError & { token?: { getPosition(): number[] } }).token;
  const [line = 1, column = 1] = token?.getPosition() ?? [];
  // What is not closed is quoted to the end of the mail, with the tags that follow.
  const said = (error.originalError?.message ?? error.message)
    .replace(/, line:\d+, col:\d+$/, "")
    .replace(/"([^"\n<]{0,60})[^"]*"( not closed)/, '"$1"$2');
  return { severity: "error", message: `${said.charAt(0).toUpperCase()}${said.slice(1)}.`, line, column };
}
