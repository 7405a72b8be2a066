/**
 * The selection after a box was pressed: the row turns over; with an anchor (Shift) all rows from
 * there to here take the state that this row gets.
 */
export function nextSelection(
  ids: readonly string[],
  chosen: ReadonlySet<string>,
  pressed: string,
  anchor: string | null,
): Set<string> {
  const next = new Set(chosen);
  const on = !chosen.has(pressed);
  const from = anchor === null ? -1 : ids.indexOf(anchor);
  const to = ids.indexOf(pressed);
  const range = from < 0 || to < 0 ? [pressed] : ids.slice(Math.min(from, to), Math.max(from, to) + 1);
  for (const id of range) {
    if (on) next.add(id);
    else next.delete(id);
  }
  return next;
}
