/** Deadlines of SMTP are minutes long: one ticker looks after all of them, instead of a timer per reply. */
const TICK_MS = 100;

const watched = new Set<() => void>();
let ticker: NodeJS.Timeout | undefined;

/** Calls `check` again and again until the returned function is called. */
export function watchDeadline(check: () => void): () => void {
  watched.add(check);
  ticker ??= setInterval(() => {
    for (const one of watched) one();
  }, TICK_MS).unref();
  return () => {
    watched.delete(check);
    if (watched.size > 0 || !ticker) return;
    clearInterval(ticker);
    ticker = undefined;
  };
}
