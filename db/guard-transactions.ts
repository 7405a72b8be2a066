import type postgres from "postgres";

/** Codes of errors after which the connection is gone, or about to be. */
const GONE = /^(?:CONNECTION_|57P0[1-3]$|ECONN|EPIPE$|ETIMEDOUT$)/;

type Work = (tx: postgres.TransactionSql) => unknown;

/**
 * Makes `begin` survive the loss of its connection. postgres.js 3.4 rejects the transaction then, but goes on to send
 * ROLLBACK, COMMIT or the work's next statement to a socket that is null: an uncaught exception that ends the process.
 * Here the work of a transaction that is over says nothing more and never settles; the rejection stands.
 */
export function guardTransactions(sql: postgres.Sql): postgres.Sql {
  const begin = sql.begin.bind(sql) as (options: string, work: Work) => Promise<unknown>;
  const guarded = (first: string | Work, second?: Work): Promise<unknown> => {
    const [options, work] = typeof first === "string" ? [first, second as Work] : ["", first];
    let isOver = false;
    const running = begin(options, (tx) => whileAlive(work, tx, () => isOver));
    const end = () => {
      isOver = true;
    };
    running.then(end, end);
    return running;
  };
  sql.begin = guarded as typeof sql.begin;
  return sql;
}

async function whileAlive(work: Work, tx: postgres.TransactionSql, isOver: () => boolean): Promise<unknown> {
  try {
    const done = work(guard(tx, isOver));
    const result = await (Array.isArray(done) ? Promise.all(done) : done);
    return isOver() ? never() : result;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (isOver() || (typeof code === "string" && GONE.test(code))) return never();
    throw error;
  }
}

/** A transaction that sends nothing once it is over. */
function guard(tx: postgres.TransactionSql, isOver: () => boolean): postgres.TransactionSql {
  return new Proxy(tx, {
    apply: (target, self, args) => (isOver() ? never() : Reflect.apply(target, self, args)),
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      if (key === "unsafe") return (...args: unknown[]) => (isOver() ? never() : value.apply(target, args));
      if (key !== "savepoint") return value;
      return (first: string | Work, second?: Work) => {
        if (isOver()) return never();
        const inner = (work: Work) => (point: postgres.TransactionSql) => whileAlive(work, point, isOver);
        return typeof first === "string"
          ? value.call(target, first, inner(second as Work))
          : value.call(target, inner(first));
      };
    },
  });
}

/** Never settles, and takes what callers say to a query. */
function never(): Promise<never> {
  const promise = new Promise<never>(() => {});
  const self = () => promise;
  return Object.assign(promise, { values: self, raw: self, simple: self, execute: self });
}
