import { eq } from "drizzle-orm";
import { limitChanges, users } from "#db/schema/index.ts";
import { limitsFor } from "../mail/provider/bucket.ts";
import { findLimitSet, LIMIT_SETS, type LimitSet } from "../mail/provider/limit-sets.ts";
import type { Limits } from "../mail/provider/types.ts";
import { type AdminCtx, CoreError, type Ctx } from "../platform/context.ts";
import { limitKeyOf } from "./rules.ts";
import type { LimitChanges } from "./types.ts";

/** What is changed now, by set. Rows of a provider that this version does not know are in it, and used by nobody. */
export type LimitTable = ReadonlyMap<string, { revision: number; changes: LimitChanges }>;

export async function readLimitTable(ctx: Pick<Ctx, "db">): Promise<LimitTable> {
  const rows = await ctx.db.select().from(limitChanges);
  return new Map(rows.map((row) => [row.key, { revision: row.revision, changes: changesOf(row) }]));
}

/** The limits of a lane as they are now, and which state of them that is. Not for lanes of a relay. */
export function limitsNow(table: LimitTable, bucket: number): { limits: Limits; revision: number } {
  const own = table.get(limitKeyOf(bucket) ?? "");
  return { limits: limitsFor(bucket, own?.changes), revision: own?.revision ?? 0 };
}

/** The fields of a row that hold something. */
export function changesOf(row: typeof limitChanges.$inferSelect): LimitChanges {
  const { key: _key, revision: _revision, changedAt: _at, changedBy: _by, ...fields } = row;
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

export type LimitsRow = LimitSet & {
  changes: LimitChanges;
  /** 0: nobody ever changed anything. */
  revision: number;
  changedAt: Date | null;
  /** Null also where that person is gone. */
  changedBy: string | null;
};

/** Every provider, then the two rows for everybody else, each with what was changed. */
export async function listLimits(ctx: AdminCtx): Promise<LimitsRow[]> {
  const rows = await ctx.db
    .select({ row: limitChanges, who: users.name })
    .from(limitChanges)
    .leftJoin(users, eq(users.id, limitChanges.changedBy));
  const found = new Map(rows.map((one) => [one.row.key, one]));
  return LIMIT_SETS.map((set) => {
    const own = found.get(set.key);
    return {
      ...set,
      changes: own ? changesOf(own.row) : {},
      revision: own?.row.revision ?? 0,
      changedAt: own?.row.changedAt ?? null,
      changedBy: own?.who ?? null,
    };
  });
}

export async function getLimits(ctx: AdminCtx, key: string): Promise<LimitsRow> {
  const row = findLimitSet(key) && (await listLimits(ctx)).find((one) => one.key === key);
  if (!row) throw new CoreError("not-found", "There is no such provider.");
  return row;
}
