export * from "./audience.ts";
export * from "./campaign.ts";
export * from "./delivery.ts";
export * from "./draft.ts";
export * from "./files.ts";
export * from "./ledger.ts";
export * from "./people.ts";
export * from "./warmup.ts";
