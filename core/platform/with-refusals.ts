import type { Refusal } from "./context.ts";
import { type Db, withTransaction } from "./db.ts";

class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.reason);
    this.refusal = refusal;
  }
}

/** A transaction that is rolled back where `work` refuses, so that a late refusal leaves nothing behind. */
export async function withRefusals<C extends { db: Db }, T extends { ok: boolean }>(
  ctx: C,
  work: (ctx: C) => Promise<T | Refusal>,
): Promise<T | Refusal> {
  try {
    return await withTransaction(ctx, async (inner) => {
      const result = await work(inner);
      if (!result.ok) throw new Refused(result as Refusal);
      return result;
    });
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}
