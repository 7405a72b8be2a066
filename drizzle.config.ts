import { defineConfig } from "drizzle-kit";

/** Only for drafting SQL (`drizzle-kit generate --name verb_noun`); migrations are read, named and finished by hand. */
export default defineConfig({
  dialect: "postgresql",
  schema: "./db/schema/index.ts",
  out: "./db/migrations",
});
