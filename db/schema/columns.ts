import { customType, timestamp } from "drizzle-orm/pg-core";

/** PostgreSQL's one-byte "char": the ledger keeps its states in it. */
export const char1 = customType<{ data: string }>({ dataType: () => '"char"' });

export const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });

/** A point in time; columns are named in the past tense for facts. */
export const at = (name: string) => timestamp(name, { withTimezone: true });
