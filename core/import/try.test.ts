import { expect, test } from "vitest";
import { testDatabase } from "#db/testing/database.ts";
import {
  importAnswers,
  makeList,
  makeSubscriber,
  makeSuppression,
  makeWorkspace,
  systemCtx,
  workspaceCtx,
} from "#db/testing/factories.ts";
import { runImport } from "./run.ts";
import { startImport } from "./start.ts";
import { requestTry, tryImport } from "./try.ts";
import { uploadImport } from "./upload.ts";

const { db, sql } = await testDatabase();

async function upload(text: string) {
  const { id } = await makeWorkspace(db);
  const list = await makeList(db, id);
  const ctx = workspaceCtx(db, id);
  const bytes = (async function* () {
    yield Buffer.from(text);
  })();
  const result = await uploadImport(ctx, { fileName: "people.csv", bytes });
  if (!result.ok) throw new Error(result.reason);
  return { ctx, listId: list.id, importId: result.importId };
}

const dryRun = async (importId: number) =>
  (await sql`select dry_run from imports where id = ${importId}`)[0]?.dry_run;

test("a dry run over all rows writes nobody, and the import then does what it said", async () => {
  const rows = Array.from({ length: 3_000 }, (_, i) => `p${i}@d${i % 40}.example,Name ${i}`);
  rows[10] = "not an address,Nobody";
  rows[2_000] = "p3@d3.example,Again";
  const { ctx, listId, importId } = await upload(`email,first name\n${rows.join("\n")}\n`);
  await makeSubscriber(db, ctx.workspaceId, { address: "p5@d5.example" });
  await makeSuppression(db, { workspaceId: ctx.workspaceId, address: "p7@d7.example", reason: "complaint" });
  await tryImport(systemCtx(db), sql, { importId });
  const said = await dryRun(importId);
  expect(said).toMatchObject({
    state: "done",
    rows: 3_000,
    rejected: 1,
    doubles: 1,
    suppressed: 1,
    updated: 1,
    created: 2_996,
  });
  expect(said.examples.rejected).toMatchObject([{ line: 12 }]);
  expect(said.examples.doubles).toMatchObject([{ line: 2_002, address: "p3@d3.example" }]);
  const [before] =
    await sql`select count(*)::int as n from subscribers where workspace_id = ${ctx.workspaceId}`;
  expect(before?.n).toBe(1);
  expect(await sql`select to_regclass(${`import_try_${importId}`}) as t`).toEqual([{ t: null }]);
  await startImport(ctx, importAnswers(importId, listId));
  expect(await runImport(systemCtx(db), sql, { importId })).toBe("finished");
  const [done] = await sql`select created, updated, rejected from imports where id = ${importId}`;
  expect(done).toEqual({ created: said.created, updated: said.updated, rejected: said.rejected });
});

test("what a trial found for another mapping is not kept", async () => {
  const { importId } = await upload("email,city\na@b.example,Kiel\n");
  await sql`update imports set dry_run = jsonb_set(dry_run, '{mapping}', '"of another mapping"') where id = ${importId}`;
  await tryImport(systemCtx(db), sql, { importId });
  expect(await dryRun(importId)).toMatchObject({ mapping: "of another mapping" });
  await requestTry(db, importId);
  expect((await dryRun(importId)).mapping).not.toBe("of another mapping");
  const jobs = await sql`select 1 from graphile_worker.jobs where key = ${`try:${importId}`}`;
  expect(jobs).toHaveLength(1);
  await tryImport(systemCtx(db), sql, { importId });
  expect(await dryRun(importId)).toMatchObject({ state: "done", rows: 1, created: 1 });
});
