import { diffLines, diffWordsWithSpace } from "diff";
import { useMemo } from "react";

/** Longer than this, lines are compared and not words: the work grows with the square of the differences. */
const WORDS_UP_TO = 20_000;
const TIMEOUT_MS = 1_000;

/** What one text has that the other has not: what is only theirs underlined, what is only mine struck through. */
export function Differences({ mine, theirs, label }: { mine: string; theirs: string; label: string }) {
  const parts = useMemo(() => {
    const isLong = mine.length + theirs.length > WORDS_UP_TO;
    return isLong
      ? diffLines(mine, theirs, { timeout: TIMEOUT_MS })
      : diffWordsWithSpace(mine, theirs, { timeout: TIMEOUT_MS });
  }, [mine, theirs]);
  if (mine === theirs) return null;
  return (
    <section className="differences" aria-label={label}>
      <p className="text-help">
        {label}: <del>only yours</del> <ins>only theirs</ins>
      </p>
      {parts ? (
        <p className="differences-text">
          {parts.map((part, index) => {
            const key = `${index}`;
            if (part.added) return <ins key={key}>{part.value}</ins>;
            if (part.removed) return <del key={key}>{part.value}</del>;
            return <span key={key}>{shorten(part.value, index > 0, index < parts.length - 1)}</span>;
          })}
        </p>
      ) : (
        <p>They differ in too many places to show. Look at theirs as a whole.</p>
      )}
    </section>
  );
}

const AROUND = 120;

/** Of what is the same, only what stands around a difference. */
function shorten(text: string, before: boolean, after: boolean): string {
  if (text.length <= 2 * AROUND + 40) return text;
  return `${before ? text.slice(0, AROUND) : ""} … ${after ? text.slice(-AROUND) : ""}`;
}
