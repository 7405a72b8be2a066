import { defineConfig } from "@playwright/test";
import { CHROMIUM_FLAGS } from "./e2e/installation.ts";

/** Browser journeys against an installation of their own, started by e2e/installation.ts. */
export default defineConfig({
  testDir: "e2e",
  testMatch: "*.spec.ts",
  workers: 1,
  retries: 0,
  timeout: 240_000,
  expect: { timeout: 20_000 },
  outputDir: "test-results",
  use: {
    actionTimeout: 20_000,
    navigationTimeout: 60_000,
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH || undefined,
      args: CHROMIUM_FLAGS,
    },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
  },
});
