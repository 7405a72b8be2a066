import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { expect, test, vi } from "vitest";
import { isAlive } from "#db/embedded/postmaster.ts";
import { keepDatabase } from "./database.ts";

test("a database that dies comes back at the same address with its data, and stays away once stopped", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lettermill-database-"));
  chmodSync(folder, 0o711);
  const said: string[] = [];
  const database = await keepDatabase(folder, (line) => said.push(line));
  const pid = () => Number(readFileSync(join(folder, "cluster", "postmaster.pid"), "utf8").split("\n")[0]);
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  try {
    await sql`create table kept as select 1 as one`;
    const first = pid();
    process.kill(first, "SIGKILL");
    // Sessions of the dead server may answer for a moment longer.
    await vi.waitFor(() => expect(said).toContain("PostgreSQL has ended; starting it again"), 10_000);
    await vi.waitFor(() => expect(isAlive(pid()) && pid() !== first).toBe(true), 20_000);
    await vi.waitFor(async () => expect(await sql`select one from kept`).toHaveLength(1), 20_000);
    const second = pid();
    await sql.end();
    await database.stop();
    expect(isAlive(second)).toBe(false);
  } finally {
    await sql.end();
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
