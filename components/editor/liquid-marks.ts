/** Liquid in the text of blocks, looked at while it is written: what is broken or unknown is underlined, with why. */
import { Extension } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";
import { Plugin, PluginKey } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";
import type { LiquidProblem } from "#core/mail/liquid/check.ts";
import { findLiquid } from "#core/mail/liquid/tokens.ts";

type Check = (template: string, known: readonly string[]) => LiquidProblem[];

/** After the last key. */
const WAIT_MS = 300;
const key = new PluginKey<DecorationSet>("liquidMarks");

/** The text of a document with a line for each textblock; an atom is one character, as in positions. */
export function liquidLines(doc: Node): { text: string; starts: number[] } {
  const lines: string[] = [];
  const starts: number[] = [];
  doc.descendants((node, pos) => {
    if (!node.isTextblock) return true;
    lines.push(node.textBetween(0, node.content.size, undefined, "\ufffc"));
    starts.push(pos + 1);
    return false;
  });
  return { text: lines.join("\n"), starts };
}

/** Where the problems of a document stand, in its positions. */
export function liquidProblems(doc: Node, check: Check, known: readonly string[]) {
  const { text, starts } = liquidLines(doc);
  const found: { from: number; to: number; message: string }[] = [];
  const lines = text.split("\n");
  for (const problem of text.includes("{") ? check(text, known) : []) {
    const line = lines[problem.line - 1];
    const start = starts[problem.line - 1];
    if (line === undefined || start === undefined) continue;
    const at = problem.column - 1;
    const token = findLiquid(line).find((one) => one.start <= at && at < one.end);
    const from = token?.start ?? Math.max(line.lastIndexOf("{{", at + 1), line.lastIndexOf("{%", at + 1), 0);
    found.push({ from: start + from, to: start + (token?.end ?? line.length), message: problem.message });
  }
  doc.descendants((node, pos) => {
    if (node.type.name !== "variable" || known.includes(String(node.attrs.name))) return;
    found.push({ from: pos, to: pos + 1, message: `There is no variable "${node.attrs.name}".` });
  });
  return found.filter((one) => one.to > one.from).sort((a, b) => a.from - b.from);
}

/** @param known variables of the workspace, built-in ones among them */
export function liquidMarks(known: readonly string[]): Extension {
  return Extension.create({
    name: "liquidMarks",
    addProseMirrorPlugins: () => [
      new Plugin<DecorationSet>({
        key,
        state: {
          init: () => DecorationSet.empty,
          apply: (transaction, set) =>
            (transaction.getMeta(key) as DecorationSet | undefined) ??
            set.map(transaction.mapping, transaction.doc),
        },
        props: { decorations: (state) => key.getState(state) },
        view(view) {
          let timer: ReturnType<typeof setTimeout> | undefined;
          let seen: Node | null = null;
          const look = async () => {
            const { doc } = view.state;
            // Loaded when something is looked at: the parser is not small.
            const { checkLiquid } = await import("#core/mail/liquid/check.ts");
            if (view.isDestroyed || view.state.doc !== doc) return;
            const marks = liquidProblems(doc, checkLiquid, known).map(({ from, to, message }) =>
              Decoration.inline(from, to, { class: "liquid-problem", title: message }),
            );
            view.dispatch(
              view.state.tr.setMeta(key, DecorationSet.create(doc, marks)).setMeta("addToHistory", false),
            );
          };
          const plan = () => {
            if (view.state.doc === seen) return;
            seen = view.state.doc;
            clearTimeout(timer);
            timer = setTimeout(() => void look(), WAIT_MS);
          };
          plan();
          return { update: plan, destroy: () => clearTimeout(timer) };
        },
      }),
    ],
  });
}

/** The first place that is marked; null for none. */
export function firstMark(state: Parameters<typeof key.getState>[0]): number | null {
  const [first] = key.getState(state)?.find() ?? [];
  return first?.from ?? null;
}
