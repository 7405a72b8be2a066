import "./campaign.css";
import { variableLabel } from "#components/editor/variable.ts";
import { findLiquid } from "#core/mail/liquid/tokens.ts";

const OUTPUT = /^\{\{-?\s*([A-Za-z_][\w.]*)(.*?)-?\}\}$/s;
const DEFAULT = /\|\s*default:\s*(?:"([^"]*)"|'([^']*)')/;

/** A line with Liquid as people read it: variables as chips with their fallback, never raw braces; tags are left out. */
export function LiquidText({ text }: { text: string }) {
  const pieces: { at: number; words: string; isChip: boolean }[] = [];
  let from = 0;
  const plain = (until: number) => {
    if (until > from) pieces.push({ at: from, words: text.slice(from, until), isChip: false });
  };
  for (const { start, end } of findLiquid(text)) {
    plain(start);
    const [, name, rest = ""] = OUTPUT.exec(text.slice(start, end)) ?? [];
    const [, double, single] = DEFAULT.exec(rest) ?? [];
    if (name) pieces.push({ at: start, words: variableLabel(name, double ?? single ?? ""), isChip: true });
    from = end;
  }
  plain(text.length);
  return pieces.map((piece) =>
    piece.isChip ? (
      <span key={piece.at} className="liquid-chip">
        {piece.words}
      </span>
    ) : (
      piece.words
    ),
  );
}
