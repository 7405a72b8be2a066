import type postgres from "postgres";

type Pool = postgres.Sql;

/**
 * A pool of postgres.js that is replaced by a fresh one as soon as one of its connections is lost. A connection of
 * postgres.js 3.4 that closes while a write is scheduled keeps that write and believes for ever that it will still
 * happen: whatever is asked of it later never gets an answer, not even a failure. With one connection (a lease, the
 * outcomes of mails) that is the end of a worker's work after a restart of the server.
 * What the old pool still does is let finish for `graceMs`; what then has no answer fails with CONNECTION_DESTROYED.
 */
export function renewingPool(
  make: (onclose: () => void) => Pool,
  graceMs: number,
): { sql: Pool; end(): Promise<void> } {
  const alive = new Set<Pool>();
  let isEnding = false;
  let current = start();

  function start(): Pool {
    let isCurrent = true;
    const pool = make(() => {
      if (!isCurrent || isEnding) return;
      isCurrent = false;
      current = start();
      setTimeout(() => void stop(pool, 0), graceMs).unref();
    });
    alive.add(pool);
    return pool;
  }

  async function stop(pool: Pool, timeout: number): Promise<void> {
    alive.delete(pool);
    await pool.end({ timeout });
  }

  const sql = new Proxy((() => {}) as unknown as Pool, {
    apply: (_, __, args) =>
      Reflect.apply(current as unknown as (...args: unknown[]) => unknown, undefined, args),
    get: (_, key) => Reflect.get(current, key),
    set: (_, key, value) => Reflect.set(current, key, value),
    has: (_, key) => Reflect.has(current, key),
  });
  return {
    sql,
    end: async () => {
      isEnding = true;
      await Promise.all([...alive].map((pool) => stop(pool, 5)));
    },
  };
}
