import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findFreePort } from "#db/embedded/free-port.ts";
import { parseArguments } from "./arguments.ts";
import { keepSecret, lockFolder, makeDataFolder, publishDatabase } from "./data-folder.ts";
import { requirePort } from "./ports.ts";
import { describeFailure } from "./sentence.ts";

let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "lettermill-up-")), "data");
  makeDataFolder(folder);
});

afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

describe("the data folder", () => {
  test("keeps one secret for good, for its owner only", () => {
    const secret = keepSecret(folder);
    expect(secret.length).toBeGreaterThanOrEqual(32);
    expect(keepSecret(folder)).toBe(secret);
    expect(statSync(join(folder, "app-secret")).mode & 0o777).toBe(0o600);
  });

  test("does not replace a secret that was damaged", () => {
    writeFileSync(join(folder, "app-secret"), "");
    expect(() => keepSecret(folder)).toThrow("Put the right one back");
    expect(readFileSync(join(folder, "app-secret"), "utf8")).toBe("");
  });

  test("has one supervisor, unless the other is gone", () => {
    writeFileSync(join(folder, "up.pid"), "999999999");
    expect(lockFolder(folder).wasLeft).toBe(true);
    // A process that lives but is no supervisor has only inherited the number.
    writeFileSync(join(folder, "up.pid"), String(process.ppid));
    const lock = lockFolder(folder);
    expect(lock.wasLeft).toBe(true);
    lock.release();
    expect(lockFolder(folder).wasLeft).toBe(false);
  });

  test("shows the database's address to its owner only, while it runs", () => {
    const hide = publishDatabase(folder, "postgres://x");
    expect(statSync(join(folder, "database-url")).mode & 0o777).toBe(0o600);
    hide();
    expect(() => statSync(join(folder, "database-url"))).toThrow();
  });
});

describe("a port", () => {
  test("that is taken is told with the variable to change", async () => {
    const port = await findFreePort();
    const other = createServer();
    await new Promise<void>((done) => other.listen(port, done));
    await expect(requirePort("PORT", port, undefined, 0)).rejects.toThrow(`PORT=${port + 1} npm run up`);
    await expect(requirePort("INBOUND_LISTEN", port, "127.0.0.1", 0)).rejects.toThrow("INBOUND_LISTEN");
    const waiting = requirePort("PORT", port, undefined, 10_000);
    other.close();
    await expect(waiting).resolves.toBeUndefined();
  });

  test("of an address that this machine does not have", async () => {
    await expect(requirePort("INBOUND_LISTEN", 2500, "192.0.2.250", 0)).rejects.toThrow(
      "has no address 192.0.2.250",
    );
  });
});

test("arguments are known or refused", () => {
  expect(parseArguments([])).toEqual({ dev: false, demo: false, only: [] });
  expect(parseArguments(["--only", "worker", "--only=inbound"])).toEqual({
    dev: false,
    demo: false,
    only: ["worker", "inbound"],
  });
  expect(() => parseArguments(["--only", "everything"])).toThrow("--only takes one of");
  expect(() => parseArguments(["--dmeo"])).toThrow("--dmeo is not known");
});

test("failures are told in words where they are known", () => {
  const denied = Object.assign(new Error("x"), { code: "EACCES", path: "/data/logs" });
  expect(describeFailure(denied)).toBe(
    "Missing permission: /data/logs cannot be written or run by this user (EACCES).",
  );
  expect(describeFailure(Object.assign(new Error("x"), { code: "ENOSPC" }))).toBe("The disk is full.");
  expect(describeFailure(new Error("surprise"))).toContain("surprise\n    at ");
});
