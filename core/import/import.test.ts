import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { and, eq } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import {
  attributes,
  consentEvents,
  imports,
  subscribers,
  subscriptions,
  suppressions,
} from "#db/schema/index.ts";
import { testDatabase, uniqueId } from "#db/testing/database.ts";
import {
  importAnswers,
  makeList,
  makeSubscriber,
  makeWorkspace,
  systemCtx,
  workspaceCtx,
} from "#db/testing/factories.ts";
import type { WorkspaceCtx } from "../platform/context.ts";
import { exportRejects } from "./export-rejects.ts";
import { mapAfresh, mapImport } from "./map.ts";
import { countRejectReasons, getImport, listRejects } from "./read.ts";
import { failImport, runImport } from "./run.ts";
import { cancelImport, startImport } from "./start.ts";
import { uploadImport } from "./upload.ts";

const { db, sql } = await testDatabase();

async function workspace(): Promise<{ ctx: WorkspaceCtx; listId: number }> {
  const { id } = await makeWorkspace(db);
  const list = await makeList(db, id);
  return { ctx: workspaceCtx(db, id), listId: list.id };
}

async function* bytes(text: string | Buffer): AsyncGenerator<Buffer> {
  yield Buffer.from(text as string);
}

async function upload(ctx: WorkspaceCtx, text: string | Buffer, fileName = "people.csv"): Promise<number> {
  const result = await uploadImport(ctx, { fileName, bytes: bytes(text) });
  if (!result.ok) throw new Error(result.reason);
  return result.importId;
}

async function importAll(ctx: WorkspaceCtx, listId: number, text: string | Buffer, fileName?: string) {
  const importId = await upload(ctx, text, fileName);
  const started = await startImport(ctx, { ...importAnswers(importId, listId), tags: ["x"] });
  if (!started.ok) throw new Error(started.reason);
  expect(await runImport(systemCtx(db), sql, { importId })).toBe("finished");
  return {
    importId,
    result: await getImport(ctx, importId),
    rejects: await listRejects(ctx, importId, { limit: 1000 }),
  };
}

/** Cancels as soon as the import is running; a queued one would not start at all. */
async function untilCancelled(ctx: WorkspaceCtx, importId: number): Promise<void> {
  while ((await getImport(ctx, importId)).state === "queued")
    await new Promise((resolve) => setImmediate(resolve));
  await cancelImport(ctx, { importId });
}

const people = (ctx: WorkspaceCtx) =>
  db.select().from(subscribers).where(eq(subscribers.workspaceId, ctx.workspaceId));

describe("an import", () => {
  test("takes the good rows and hands back the bad ones with line and reason", async () => {
    const { ctx, listId } = await workspace();
    const { result, rejects } = await importAll(
      ctx,
      listId,
      "email,name,age\nann@a.example,Ann,33\nbroken@,Bo,1\n,Nobody,2\ncy@c.example,Cy,4,surplus\ndee@d.example,Dee,5\nANN@a.example,Twice,6\n",
    );
    expect(result).toMatchObject({ rowsRead: 6, created: 2, rejected: 3, skipped: 1, updated: 0 });
    expect(rejects.map(({ line, kind }) => [line, kind])).toEqual([
      [3, "rejected"],
      [4, "rejected"],
      [5, "rejected"],
      [7, "skipped"],
    ]);
    expect(rejects[2]?.reason).toContain("4 fields, 3 are expected");
    expect(rejects[3]?.reason).toBe("The same address stands in line 2");
    const found = await people(ctx);
    expect(found.map((person) => person.addressKey).sort()).toEqual(["ann@a.example", "dee@d.example"]);
    expect(found.find((person) => person.addressKey === "ann@a.example")?.attributes).toEqual({
      name: "Ann",
      age: 33,
    });
  });

  test("a list that is named twice is joined once", async () => {
    const { ctx, listId } = await workspace();
    const importId = await upload(ctx, "email\nann@a.example\nbo@a.example\n");
    await startImport(ctx, { ...importAnswers(importId, listId), listIds: [listId, listId] });
    expect(await runImport(systemCtx(db), sql, { importId })).toBe("finished");
    const joined = await db.select().from(subscriptions).where(eq(subscriptions.listId, listId));
    expect(joined.map((one) => one.status)).toEqual(["confirmed", "confirmed"]);
    expect(await sql`select count(*)::int as n from consent_events where list_id = ${listId}`).toEqual([
      { n: 2 },
    ]);
  });

  test("never brings back who unsubscribed, bounced or complained", async () => {
    const { ctx, listId } = await workspace();
    const [left, dead, angry] = [uniqueId("left"), uniqueId("dead"), uniqueId("angry")].map(
      (name) => `${name}@a.example`,
    );
    const person = await makeSubscriber(db, ctx.workspaceId, {
      address: left!,
      addressKey: left!,
      domain: "a.example",
    });
    await db
      .insert(subscriptions)
      .values({ subscriberId: person.id, listId, workspaceId: ctx.workspaceId, status: "unsubscribed" })
      .onConflictDoUpdate({
        target: [subscriptions.subscriberId, subscriptions.listId],
        set: { status: "unsubscribed" },
      });
    await db.insert(suppressions).values([
      {
        workspaceId: null,
        address: dead!,
        addressKey: dead!,
        reason: "recipient-dead",
        evidence: { source: "smtp" },
      },
      {
        workspaceId: ctx.workspaceId,
        address: angry!,
        addressKey: angry!,
        reason: "complaint",
        evidence: { source: "arf" },
      },
    ]);
    const { result, rejects } = await importAll(
      ctx,
      listId,
      `email\n${left}\n${dead}\n${angry}\nok-${left}\n`,
    );
    expect(result).toMatchObject({ created: 1, skipped: 3 });
    expect(rejects.map(({ reason }) => reason.split(":")[0])).toEqual([
      "Unsubscribed from every list of this import",
      "Suppressed",
      "Suppressed",
    ]);
    const [still] = await db
      .select()
      .from(subscriptions)
      .where(and(eq(subscriptions.subscriberId, person.id), eq(subscriptions.listId, listId)));
    expect(still?.status).toBe("unsubscribed");
  });

  test("running it again after a crash changes nothing and counts the same", async () => {
    const { ctx, listId } = await workspace();
    const text = `email\n${Array.from({ length: 50 }, (_, i) => `p${i}@a.example`).join("\n")}\n`;
    const { importId, result } = await importAll(ctx, listId, text);
    await db.update(imports).set({ state: "running" }).where(eq(imports.id, importId));
    await runImport(systemCtx(db), sql, { importId });
    const again = await getImport(ctx, importId);
    expect([again.created, again.updated, again.unchanged]).toEqual([result.created, 0, 0]);
    const events = await db
      .select()
      .from(consentEvents)
      .where(eq(consentEvents.workspaceId, ctx.workspaceId));
    expect(events).toHaveLength(50);
    // A second import of the same file is no change at all.
    const second = await importAll(ctx, listId, text);
    expect(second.result).toMatchObject({ created: 0, updated: 0, unchanged: 50 });
  });

  test("keeps consent dates, IPs and the statement as proof", async () => {
    const { ctx, listId } = await workspace();
    await importAll(
      ctx,
      listId,
      'Email Address,CONFIRM_TIME,CONFIRM_IP,TAGS\nann@a.example,2023-04-21 11:16:57,192.0.2.7,"""VIP"",""Blog"""\n',
      "subscribed_export.csv",
    );
    const [event] = await db
      .select()
      .from(consentEvents)
      .where(eq(consentEvents.workspaceId, ctx.workspaceId));
    expect(event).toMatchObject({ kind: "imported", ip: "192.0.2.7", wording: "In the shop.", listId });
    expect(event?.at.toISOString()).toBe("2023-04-21T11:16:57.000Z");
    expect((await people(ctx))[0]?.tags.sort()).toEqual(["Blog", "VIP", "x"]);
  });

  test("a quote that is never closed: the rows before it are in, the rest is said", async () => {
    const { ctx, listId } = await workspace();
    const { result, rejects } = await importAll(
      ctx,
      listId,
      'email,name\nann@a.example,Ann\nbo@b.example,"Bo\ncy@c.example,Cy\n',
    );
    expect(result).toMatchObject({ created: 1, rejected: 1 });
    expect(rejects[0]?.reason).toContain("never closed");
  });

  test("hostile cells arrive as text: backslashes, tabs, quotes, NUL, SQL", async () => {
    const { ctx, listId } = await workspace();
    const nasty = 'a\\b\tc\'; drop table subscribers; --""😀\u202e';
    await importAll(ctx, listId, `email,note\nann@a.example,"${nasty}\u0000"\n`.replace("\u0000", ""));
    expect((await people(ctx))[0]?.attributes.note).toBe(nasty.replace('""', '"'));
  });

  test("is refused without an address column, to viewers, and across workspaces", async () => {
    const { ctx, listId } = await workspace();
    const other = (await workspace()).ctx;
    const importId = await upload(ctx, "firstName,lastName\nJohn,Doe\n");
    const start = importAnswers(importId, listId);
    expect(await startImport(ctx, start)).toMatchObject({
      ok: false,
      reason: expect.stringContaining("No column holds the e-mail address"),
    });
    expect(await startImport(other, start)).toMatchObject({ ok: false });
    await expect(getImport(other, importId)).rejects.toThrow("no such import");
    expect(await cancelImport(other, { importId })).toMatchObject({ ok: false });
    expect(await mapImport(ctx, { importId, columns: [{ to: "address" }, { to: "address" }] })).toMatchObject(
      { ok: false },
    );
    await expect(
      startImport({ ...ctx, role: "viewer" }, { ...start, listIds: [], tags: [] }),
    ).rejects.toThrow("role");
    expect(await cancelImport(ctx, { importId })).toEqual({ ok: true });
    expect(await cancelImport(ctx, { importId })).toMatchObject({ ok: false });
  });

  test("a cancel while the file is read writes nobody", async () => {
    const { ctx, listId } = await workspace();
    // So long that it is still being read when the cancel arrives, however busy the machine.
    const rows = Array.from({ length: 60_000 }, (_, i) => `person${i}@a.example`).join("\n");
    const importId = await upload(ctx, `email\n${rows}\n`);
    await startImport(ctx, importAnswers(importId, listId));
    // The clock is read when the import starts: right after it is running, somebody cancels.
    let cancelled: Promise<unknown> | undefined;
    const now = () => {
      cancelled ??= new Promise((resolve) => setImmediate(resolve)).then(() => untilCancelled(ctx, importId));
      return new Date();
    };
    expect(await runImport(systemCtx(db, now), sql, { importId })).toBe("cancelled");
    await cancelled;
    expect(await people(ctx)).toEqual([]);
    expect((await getImport(ctx, importId)).state).toBe("cancelled");
  });

  test("one that failed at its last try says so, and cannot be changed any more", async () => {
    const { ctx } = await workspace();
    const importId = await upload(ctx, "email\nann@a.example\n");
    await db.update(imports).set({ state: "running" }).where(eq(imports.id, importId));
    await failImport(systemCtx(db), { importId });
    expect(await getImport(ctx, importId)).toMatchObject({ state: "failed", error: expect.any(String) });
    expect(await cancelImport(ctx, { importId })).toMatchObject({ ok: false });
    expect(await mapAfresh(ctx, { importId })).toMatchObject({ ok: false });
  });

  test("a mapping is remembered by its column names, and can be forgotten", async () => {
    const { ctx, listId } = await workspace();
    const first = await upload(ctx, "mail,town\nann@a.example,Kiel\n");
    const columns = [{ to: "address" as const }, { to: "tags" as const }];
    await mapImport(ctx, { importId: first, columns });
    await startImport(ctx, importAnswers(first, listId));
    await runImport(systemCtx(db), sql, { importId: first });
    const second = await upload(ctx, "mail,town\nbo@a.example,Bonn\n");
    expect((await getImport(ctx, second)).mapping?.columns).toEqual(columns);
    const other = (await workspace()).ctx;
    expect(await mapAfresh(other, { importId: second })).toMatchObject({ ok: false });
    expect(await mapAfresh(ctx, { importId: second })).toEqual({ ok: true });
    expect((await getImport(ctx, second)).mapping?.columns[1]).toMatchObject({
      to: "attribute",
      key: "town",
    });
    // An attribute of the same name is the same attribute, whatever its key.
    await db
      .insert(attributes)
      .values({ workspaceId: other.workspaceId, key: "place", label: "Town", type: "text" });
    await db.update(attributes).set({ label: "Home" }).where(eq(attributes.workspaceId, ctx.workspaceId));
    await db
      .insert(attributes)
      .values({ workspaceId: ctx.workspaceId, key: "home_town", label: "Town", type: "text" });
    await mapAfresh(ctx, { importId: second });
    const column = (await getImport(ctx, second)).mapping?.columns[1];
    expect(column).toMatchObject({ to: "attribute", key: "home_town" });
  });

  test("rows not taken come as CSV with the cells of the file, whatever the database kept of them", async () => {
    const { ctx, listId } = await workspace();
    const { importId } = await importAll(
      ctx,
      listId,
      "name,email\nAnn,ann@a.example\nBo,=nonsense\nAnn again,ann@a.example\n",
    );
    let csv = "";
    for await (const line of await exportRejects(ctx, importId)) csv += line;
    const [head, rejected, skipped] = csv.trim().split("\r\n");
    expect(head).toBe("line,result,reason,name,email");
    expect(rejected).toMatch(/^3,rejected,.*,Bo,'=nonsense$/);
    expect(skipped).toMatch(/^4,skipped,.*,Ann again,ann@a\.example$/);
    const again = await importAll(
      ctx,
      listId,
      "name,email,born\nA,no,\nB,nope,\nC,cy@a.example,2020-01-01\nD,dy@a.example,soon\nE,cy@a.example,\n",
    );
    expect((await countRejectReasons(ctx, again.importId)).map(({ reason, n }) => [reason, n])).toEqual([
      ["The address has no @ with something on both sides.", 2],
      ["The same address stands further up", 1],
    ]);
    await expect(exportRejects((await workspace()).ctx, importId)).rejects.toThrow("no such import");
  });

  test("empty files, zip files and binary files are refused with a sentence", async () => {
    const { ctx } = await workspace();
    for (const file of [
      Buffer.alloc(0),
      Buffer.from("PK\u0003\u0004xl/"),
      Buffer.from([1, 0, 0, 2, 65, 0, 0, 0, 0, 9]),
    ]) {
      expect(await uploadImport(ctx, { fileName: "x.csv", bytes: bytes(file) })).toMatchObject({ ok: false });
    }
  });
});

const corpora = join(
  process.env.CORPORA_DIR ?? join(import.meta.dirname, "../../../shared/corpora"),
  "imports",
);
describe.skipIf(!existsSync(corpora))("real exports (CORPORA_DIR)", () => {
  const file = (name: string) => readFileSync(join(corpora, name));

  test("Mailchimp: five people, tags, consent", async () => {
    const { ctx, listId } = await workspace();
    const { result } = await importAll(
      ctx,
      listId,
      file("mailchimp-subscribed.csv"),
      "subscribed_segment_export.csv",
    );
    expect(result).toMatchObject({ created: 5, rejected: 0 });
    expect((await people(ctx)).flatMap((person) => person.tags)).toContain("Lorem Editors");
  });

  test("a surplus field rejects that row only; ids become an attribute; a missing header is noticed", async () => {
    const { ctx, listId } = await workspace();
    const malformed = await importAll(ctx, listId, file("malformed.csv"));
    expect(malformed.result).toMatchObject({ rowsRead: 1, created: 0, rejected: 1 });
    expect(malformed.rejects).toMatchObject([
      { line: 2, reason: expect.stringContaining("3 fields, 2 are expected") },
    ]);
    const ids = await importAll(ctx, listId, file("with-ids.csv"));
    expect(ids.result.created).toBe(5);
    expect(
      (await people(ctx)).every((person) => person.addressKey.includes("alice") || "id" in person.attributes),
    ).toBe(true);
    const noHeader = await getImport(ctx, await upload(ctx, file("missing-headers.csv")));
    expect(noHeader.hasHeader).toBe(false);
    expect(noHeader.mapping?.columns[1]).toEqual({ to: "address" });
  });

  test("a file without addresses is refused in a plain sentence, and nothing is imported", async () => {
    const { ctx, listId } = await workspace();
    const importId = await upload(ctx, file("missing-identifiers.csv"));
    const refused = await startImport(ctx, importAnswers(importId, listId));
    expect(refused).toEqual({
      ok: false,
      reason: "No column holds the e-mail address. Say which one does; without it nobody can be imported.",
    });
    expect(await people(ctx)).toEqual([]);
  });
});
