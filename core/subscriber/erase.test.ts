import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { subscribers } from "#db/schema/index.ts";
import { testDatabase, uniqueId } from "#db/testing/database.ts";
import {
  importAnswers,
  makeList,
  makeSubscriber,
  makeWorkspace,
  systemCtx,
  workspaceCtx,
} from "#db/testing/factories.ts";
import { runImport } from "../import/run.ts";
import { startImport } from "../import/start.ts";
import { tryImport } from "../import/try.ts";
import { uploadImport } from "../import/upload.ts";
import { eraseSubscriber } from "./erase.ts";

const { db, sql } = await testDatabase();

async function house() {
  const { id } = await makeWorkspace(db);
  const list = await makeList(db, id);
  const address = `${uniqueId("ines")}@almeida.example`;
  const person = await makeSubscriber(db, id, { address, listId: list.id });
  return { ctx: workspaceCtx(db, id), listId: list.id, address, person };
}

/** Tables of the whole database with a row in which the text stands. */
async function tablesWith(text: string): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind = 'r'`;
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await sql.unsafe(
      `select 1 from ${name} t where strpos(lower(t::text), lower($1)) > 0 limit 1`,
      [text],
    );
    if (rows.length > 0) found.push(name);
  }
  return found;
}

async function upload(ctx: Awaited<ReturnType<typeof house>>["ctx"], text: string): Promise<number> {
  const bytes = (async function* () {
    yield Buffer.from(text);
  })();
  const result = await uploadImport(ctx, { fileName: "people.csv", bytes });
  if (!result.ok) throw new Error(result.reason);
  return result.importId;
}

test("nothing in the database tells the address of an erased person", async () => {
  const { ctx, address, person } = await house();
  expect(await tablesWith(address)).toContain("subscribers");
  expect(await eraseSubscriber(ctx, { subscriberId: person.id, typedAddress: address })).toEqual({
    ok: true,
  });
  expect(await tablesWith(address)).toEqual([]);
});

test("a wrong address typed erases nobody", async () => {
  const { ctx, address, person } = await house();
  expect(await eraseSubscriber(ctx, { subscriberId: person.id, typedAddress: `x${address}` })).toMatchObject({
    ok: false,
  });
  expect(await tablesWith(address)).toContain("subscribers");
});

test("no import brings an erased person back, and the dry run says so; another workspace is not concerned", async () => {
  const { ctx, listId, address, person } = await house();
  await eraseSubscriber(ctx, { subscriberId: person.id, typedAddress: address });
  const csv = `email\n${address.toUpperCase()}\nnew-${address}\n`;
  const importId = await upload(ctx, csv);
  await tryImport(systemCtx(db), sql, { importId });
  const [row] = await sql`select dry_run from imports where id = ${importId}`;
  expect(row?.dry_run).toMatchObject({ state: "done", rows: 2, created: 1, suppressed: 1, rejected: 0 });
  expect(row?.dry_run.examples.suppressed).toMatchObject([{ reason: "erased" }]);
  const started = await startImport(ctx, importAnswers(importId, listId));
  expect(started).toMatchObject({ ok: true });
  expect(await runImport(systemCtx(db), sql, { importId })).toBe("finished");
  const keys = (workspaceId: number) =>
    db
      .select({ key: subscribers.addressKey })
      .from(subscribers)
      .where(eq(subscribers.workspaceId, workspaceId));
  expect((await keys(ctx.workspaceId)).map(({ key }) => key).sort()).toEqual(
    [`erased:${person.id}`, `new-${address}`].sort(),
  );
  const other = await house();
  const theirs = await upload(other.ctx, csv);
  await tryImport(systemCtx(db), sql, { importId: theirs });
  const [second] = await sql`select dry_run from imports where id = ${theirs}`;
  expect(second?.dry_run).toMatchObject({ created: 2, suppressed: 0 });
});
