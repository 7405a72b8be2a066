import { afterAll, afterEach, beforeEach } from "vitest";
import { runCleanups } from "./cleanup.ts";

// Before any module of ours reads its environment.
process.env.APP_SECRET = "test-secret-test-secret-test-secret";
process.env.APP_URL = "http://localhost:3000";
process.env.LOG_LEVEL ??= "silent";
process.env.DATABASE_URL ??= "postgres://nobody@127.0.0.1:1/none";

const real = { error: console.error, warn: console.warn };
let said: unknown[][] = [];

// A test that expects such a message replaces the method itself with vi.spyOn.
beforeEach(() => {
  said = [];
  for (const method of ["error", "warn"] as const) {
    console[method] = (...parts: unknown[]) => {
      said.push(parts);
      real[method](...parts);
    };
  }
});

afterEach(() => {
  Object.assign(console, real);
  if (said.length > 0)
    throw new Error(
      `Unexpected console.error or console.warn: ${said.map((parts) => parts.map(String).join(" ")).join("\n")}`,
    );
});

afterAll(runCleanups);
