import { defineConfig } from "vitest/config";

/** What counts milliseconds and order at receivers has the machine to itself, after the rest. */
const ALONE = [
  "e2e/faults/**/*.test.ts",
  "e2e/receivers.test.ts",
  "worker/delivery/engine.test.ts",
  "worker/delivery/limits.test.ts",
];

export default defineConfig({
  test: {
    globalSetup: ["db/testing/global-setup.ts"],
    setupFiles: ["db/testing/setup.ts"],
    env: { TZ: "UTC" },
    pool: "forks",
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "beside",
          include: ["{app,components,core,db,worker,e2e}/**/*.test.{ts,tsx}"],
          exclude: [...ALONE, "node_modules/**"],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: "alone", include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
