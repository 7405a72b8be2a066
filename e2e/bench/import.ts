/** `npm run bench:import`: 1 M rows through the real import, on a real PostgreSQL of its own. Last line is JSON. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { storeFile } from "#core/file/store.ts";
import { analyseImport } from "#core/import/analyse.ts";
import { getImport } from "#core/import/read.ts";
import { runImport } from "#core/import/run.ts";
import { startImport } from "#core/import/start.ts";
import type { WorkspaceCtx, WorkspaceId } from "#core/platform/context.ts";
import { releaseStartUpMemory } from "#core/platform/memory.ts";
import { makeDb } from "#db/client.ts";
import { startEmbeddedPostgres } from "#db/embedded/postgres.ts";
import { migrate } from "#db/migrate.ts";
import { imports, lists, workspaces } from "#db/schema/index.ts";

const ROWS = Number(process.env.BENCH_ROWS ?? 1_000_000);

// The import itself runs in a process of its own, as in a worker, so that its memory is told apart from making the file.
if (process.argv[2] === "run") await runInChild(process.argv[3]!, Number(process.argv[4]));
else await main();

function contextFor(db: WorkspaceCtx["db"], workspaceId: number): WorkspaceCtx {
  return {
    db,
    now: () => new Date(),
    actor: { kind: "system" },
    settings: { appUrl: "http://localhost", secret: "x".repeat(32) },
    workspaceId: workspaceId as WorkspaceId,
    role: "owner",
  };
}

async function main(): Promise<void> {
  const dataDir = join(tmpdir(), `lettermill-bench-import-${process.pid}`);
  const postgres = await startEmbeddedPostgres({ dataDir, log: () => {} });
  try {
    await migrate(postgres.url);
    const { db, end } = makeDb(postgres.url, { max: 4, applicationName: "bench" });
    const [workspace] = await db.insert(workspaces).values({ slug: "bench", name: "Bench" }).returning();
    const workspaceId = workspace!.id;
    const [list] = await db.insert(lists).values({ workspaceId, name: "Everyone" }).returning();
    const ctx = contextFor(db, workspaceId);
    const file = {
      workspaceId,
      kind: "upload",
      name: "people.csv",
      mime: "text/csv",
      createdBy: null,
    } as const;
    const stored = await storeFile(db, file, people(ROWS), 2 ** 31);
    if (!stored.ok) throw new Error(stored.reason);
    const [row] = await db
      .insert(imports)
      .values({ workspaceId, fileId: stored.id, fileName: "people.csv", bytesTotal: stored.bytes })
      .returning();
    const importId = row!.id;
    await analyseImport(ctx, { importId });
    const started = await startImport(ctx, {
      importId,
      listIds: [list!.id],
      tags: ["spring"],
      standing: "confirmed",
      consentStatement: "They signed up in the shop.",
      updateExisting: true,
    });
    if (!started.ok) throw new Error(started.reason);
    const table = [];
    for (const run of ["first import", "the same file again"]) {
      if (table.length > 0) await db.update(imports).set({ state: "queued" }).where(eq(imports.id, importId));
      const child = fork(import.meta.filename, ["run", postgres.url, String(importId)], {
        execArgv: ["--max-semi-space-size=16"],
      });
      const [measured] = (await once(child, "message")) as [
        { seconds: number; cpu: number; peakRssMb: number },
      ];
      const done = await getImport(ctx, importId);
      table.push({
        run,
        rows: done.rowsRead,
        created: done.created,
        rejected: done.rejected,
        skipped: done.skipped,
        "rows/s": Math.round(done.rowsRead / measured.seconds),
        seconds: Number(measured.seconds.toFixed(1)),
        "node CPU s": Number(measured.cpu.toFixed(1)),
        "peak RSS MB": measured.peakRssMb,
      });
    }
    console.table(table);
    await end();
    console.log(JSON.stringify({ rowsPerSecond: table[0]!["rows/s"], peakRssMb: table[0]!["peak RSS MB"] }));
  } finally {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function runInChild(url: string, importId: number): Promise<void> {
  const { db, sql, end } = makeDb(url, { max: 4, applicationName: "bench import" });
  // As worker/main.ts does when it has loaded.
  releaseStartUpMemory();
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 50);
  const t = performance.now();
  const cpu = process.cpuUsage();
  await runImport(contextFor(db, 0), sql, { importId });
  const seconds = (performance.now() - t) / 1000;
  const used = process.cpuUsage(cpu);
  clearInterval(watch);
  await end();
  process.send!({ seconds, cpu: (used.user + used.system) / 1e6, peakRssMb: Math.round(peak / 1024 ** 2) });
  process.disconnect();
}

/** A file in Mailchimp's shape: 20,000 domains, 2 % broken rows, quotes and umlauts. */
async function* people(rows: number): AsyncGenerator<Buffer> {
  yield Buffer.from("Email Address,First Name,Last Name,City,Birthday,CONFIRM_TIME,CONFIRM_IP,TAGS\r\n");
  let out = "";
  for (let i = 0; i < rows; i++) {
    const domain = i % 5 < 3 ? "gmail.com" : `domain${(i * 7919) % 20_000}.example`;
    const address = i % 50 === 7 ? `broken ${i}@${domain}` : `person${(i * 31) % 9_999_991}@${domain}`;
    out += `${address},First${i % 977},"Müller, ${i % 1013}",Kiel,19${10 + (i % 89)}-0${1 + (i % 9)}-11,2024-03-1${i % 9} 10:11:12,192.0.2.${i % 250},"""VIP"",""Blog"""\r\n`;
    if (out.length > 1_000_000) {
      yield Buffer.from(out);
      out = "";
    }
  }
  yield Buffer.from(out);
}
