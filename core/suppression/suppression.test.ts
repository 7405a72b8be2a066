import { and, eq } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { suppressions } from "#db/schema/index.ts";
import { testDatabase, uniqueId } from "#db/testing/database.ts";
import {
  adminCtx,
  makeSubscriber,
  makeSuppression,
  makeUser,
  makeWorkspace,
  workspaceCtx,
} from "#db/testing/factories.ts";
import type { WorkspaceCtx } from "../platform/context.ts";
import { readTimeline } from "../subscriber/timeline.ts";
import { exportSuppressions } from "./export.ts";
import { SuppressionFilter } from "./input.ts";
import { countSuppressions, listSuppressions } from "./read.ts";
import { addSuppressions, addSuppressionsForAll, liftAnySuppression, liftSuppression } from "./save.ts";

const { db } = await testDatabase();

async function workspace(): Promise<WorkspaceCtx> {
  const { id } = await makeWorkspace(db);
  return workspaceCtx(db, id, { userId: (await makeUser(db, { workspaceId: id })).id });
}

const address = (): string => `${uniqueId("s")}@a.example`;
const add = (ctx: WorkspaceCtx, ...addresses: string[]) =>
  addSuppressions(ctx, { addresses: addresses.join("\n"), note: "They rang." });
const standing = async (ctx: WorkspaceCtx, filter = {}) =>
  (await listSuppressions(ctx, { workspaceId: ctx.workspaceId }, filter)).rows;

describe("adding", () => {
  test("takes what is an address, names what is none, and says who was there already", async () => {
    const ctx = await workspace();
    const [ann, bo] = [address(), address()];
    await add(ctx, ann);
    const result = await addSuppressions(ctx, {
      addresses: `${ann}, ${bo};\n${bo.toUpperCase()}\nno-address`,
      note: "",
    });
    expect(result).toEqual({ ok: true, message: "1 suppressed. 1 were already. No address: no-address." });
    expect((await standing(ctx)).map((row) => row.address.toLowerCase())).toEqual([bo, ann]);
    expect(await add(ctx, "nobody here")).toMatchObject({
      ok: false,
      fields: { addresses: expect.any(String) },
    });
  });

  test("twice is once, and holds for this workspace alone", async () => {
    const [ctx, other] = [await workspace(), await workspace()];
    const ann = address();
    await add(ctx, ann);
    await add(ctx, ann);
    expect(await standing(ctx)).toHaveLength(1);
    expect(await standing(other)).toHaveLength(0);
    await add(other, ann);
    expect(await standing(other)).toHaveLength(1);
  });

  test("quotes, backslashes and SQL in a note are text", async () => {
    const ctx = await workspace();
    const note = `it's "so" \\ '; drop table suppressions; --`;
    await addSuppressions(ctx, { addresses: address(), note });
    expect((await standing(ctx))[0]?.evidence).toMatchObject({ source: "person", note });
  });

  test("is refused to viewers", async () => {
    const ctx = { ...(await workspace()), role: "viewer" as const };
    await expect(async () => add(ctx, address())).rejects.toThrow("role");
    await expect(async () => liftSuppression(ctx, { suppressionId: 1, reason: "because" })).rejects.toThrow(
      "role",
    );
  });
});

describe("reading", () => {
  test("shows dead addresses only to workspaces that know them", async () => {
    const [ctx, other] = [await workspace(), await workspace()];
    const dead = address();
    await makeSuppression(db, {
      address: dead,
      evidence: { source: "smtp", reply: "550 5.1.1 No such user" },
    });
    await makeSubscriber(db, ctx.workspaceId, { address: dead });
    expect(await standing(ctx)).toMatchObject([
      { address: dead, workspaceId: null, reason: "recipient-dead" },
    ]);
    expect(await standing(other)).toEqual([]);
    expect(await countSuppressions(ctx, { workspaceId: ctx.workspaceId })).toEqual([
      { reason: "recipient-dead", n: 1 },
    ]);
  });

  test("searches without wildcards of its own, filters, and pages without gap or double", async () => {
    const ctx = await workspace();
    const all = Array.from({ length: 7 }, () => address());
    await add(ctx, ...all, "a_b@wild.example", "axb@wild.example");
    expect((await standing(ctx, { q: "A_B@wild" })).map((row) => row.address)).toEqual(["a_b@wild.example"]);
    expect(await standing(ctx, { reason: "complaint" })).toEqual([]);
    const seen: string[] = [];
    for (let after: number | null | undefined; after !== null; ) {
      const page: Awaited<ReturnType<typeof listSuppressions>> = await listSuppressions(
        ctx,
        { workspaceId: ctx.workspaceId },
        { after },
        4,
      );
      seen.push(...page.rows.map((row) => row.address));
      after = page.next;
    }
    expect(new Set(seen).size).toBe(9);
    expect(seen).toHaveLength(9);
    expect(SuppressionFilter.parse({ reason: "x", after: "no", q: ["a", "b"] })).toEqual({});
  });

  test("exports what the filter shows, formulas disarmed", async () => {
    const ctx = await workspace();
    await addSuppressions(ctx, { addresses: "=cmd@a.example", note: "@sum(1)" });
    let csv = "";
    for await (const line of exportSuppressions(ctx, { workspaceId: ctx.workspaceId }, { q: "cmd" }))
      csv += line;
    expect(csv).toMatch(/^address,reason,since,scope,evidence\r\n'=cmd@a\.example,manual,.*,'@sum\(1\)\r\n$/);
  });
});

describe("lifting", () => {
  test("keeps the reason in the person's history, once; the address can be suppressed anew", async () => {
    const ctx = await workspace();
    const person = await makeSubscriber(db, ctx.workspaceId);
    await add(ctx, person.address);
    const [row] = await standing(ctx);
    const input = { suppressionId: row!.id, reason: "She asked for it by phone" };
    expect(await liftSuppression(ctx, input)).toEqual({ ok: true });
    expect(await liftSuppression(ctx, input)).toMatchObject({ ok: false });
    expect(await standing(ctx)).toEqual([]);
    const history = await readTimeline(ctx, person, { limit: 10 });
    expect(history.find((one) => one.kind === "suppression")?.detail).toContain("She asked for it by phone");
    await add(ctx, person.address);
    expect(await standing(ctx)).toHaveLength(1);
  });

  test("a complaint needs its address typed", async () => {
    const ctx = await workspace();
    const angry = address();
    await makeSuppression(db, { workspaceId: ctx.workspaceId, address: angry, reason: "complaint" });
    const suppressionId = (await standing(ctx))[0]!.id;
    const lift = { suppressionId, reason: "It was a mistake" };
    expect(await liftSuppression(ctx, lift)).toMatchObject({
      ok: false,
      fields: { typedAddress: expect.any(String) },
    });
    expect(await liftSuppression(ctx, { ...lift, typedAddress: "x@a.example" })).toMatchObject({ ok: false });
    expect(await liftSuppression(ctx, { ...lift, typedAddress: angry.toUpperCase() })).toEqual({ ok: true });
  });

  test("a workspace lifts neither another's nor the installation's; an administrator lifts both", async () => {
    const [ctx, other] = [await workspace(), await workspace()];
    const [theirs, dead] = [address(), address()];
    await add(other, theirs);
    const admin = adminCtx(db, (await makeUser(db, { isAdministrator: true })).id);
    expect(await addSuppressionsForAll(admin, { addresses: dead, note: "" })).toMatchObject({ ok: true });
    const ids = await Promise.all(
      [theirs, dead].map(async (one) => {
        const [row] = await db
          .select({ id: suppressions.id })
          .from(suppressions)
          .where(and(eq(suppressions.addressKey, one)));
        return row!.id;
      }),
    );
    for (const suppressionId of ids) {
      expect(await liftSuppression(ctx, { suppressionId, reason: "because" })).toMatchObject({ ok: false });
      expect(await liftAnySuppression(admin, { suppressionId, reason: "because" })).toEqual({ ok: true });
    }
    expect(await standing(other)).toEqual([]);
  });
});
