import { and, eq } from "drizzle-orm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { campaigns, deliveries, hits, subscribers } from "#db/schema/index.ts";
import { testDatabase, uniqueId } from "#db/testing/database.ts";
import {
  makeCampaign,
  makeList,
  makeSubscriber,
  makeSubscription,
  makeWorkspace,
} from "#db/testing/factories.ts";
import { compileSegment } from "./compile.ts";
import { SegmentRuleInput } from "./input.ts";
import type { SegmentCondition, SegmentGroup, SegmentRule } from "./types.ts";

const { db } = await testDatabase();
const now = new Date("2026-11-23T12:00:00Z");
const workspace = await makeWorkspace(db);
const list = await makeList(db, workspace.id);
const campaign = await makeCampaign(db, workspace.id);

const HOSTILE = `x' or true -- "; drop table subscribers; $1 \\ %_`;
const people: Record<string, Partial<typeof subscribers.$inferInsert>> = {
  ann: {
    attributes: { city: "Berlin", orders: 12, born: "1980-05-01", vip: true, [HOSTILE]: HOSTILE },
    tags: ["gold"],
    createdAt: new Date("2026-11-20T23:59:59Z"),
    lastAcceptedAt: new Date("2026-11-22T00:00:00Z"),
  },
  bob: {
    attributes: { city: "bern", orders: "many", born: "soon", vip: false },
    tags: [HOSTILE],
    createdAt: new Date("2026-11-21T00:00:00Z"),
    lastAcceptedAt: new Date("2026-01-01T00:00:00Z"),
  },
  cem: {
    attributes: { city: null, orders: 3, born: "2026-11-22T08:00:00Z" },
    createdAt: new Date("2026-11-22T00:00:00Z"),
  },
};
const ids = new Map<number, string>();
for (const [name, values] of Object.entries(people)) {
  const row = await makeSubscriber(db, workspace.id, {
    address: `${uniqueId(name)}.${name}@Example.com`,
    ...values,
  });
  ids.set(row.id, name);
  if (name !== "cem") await makeSubscription(db, row, list.id, name === "ann" ? "confirmed" : "unsubscribed");
  if (name === "cem") continue;
  await db.insert(deliveries).values({
    campaignId: campaign.id,
    seq: row.id,
    subscriberId: row.id,
    address: row.address,
    domain: row.domain,
    state: name === "ann" ? "a" : "b",
    settledAt: new Date("2026-11-22T00:00:00Z"),
  });
  await db.insert(hits).values({
    workspaceId: workspace.id,
    campaignId: campaign.id,
    seq: row.id,
    subscriberId: row.id,
    kind: "open",
    class: name === "ann" ? "human" : "prefetch",
    at: new Date("2026-11-22T00:00:00Z"),
  });
}

async function who(...rules: SegmentRule[]): Promise<string[]> {
  return names({ match: "all", rules });
}
async function names(rule: SegmentGroup): Promise<string[]> {
  const rows = await db
    .select({ id: subscribers.id })
    .from(subscribers)
    .where(
      and(
        eq(subscribers.workspaceId, workspace.id),
        compileSegment(rule, { workspaceId: workspace.id, now }),
      ),
    );
  return rows.map((row) => ids.get(row.id) ?? "?").toSorted();
}
const city = (op: "is" | "is-not" | "contains" | "starts-with", value: string): SegmentCondition => ({
  field: "attribute",
  key: "city",
  op,
  value,
});

describe("compileSegment", () => {
  it("treats hostile keys and values as text", async () => {
    expect(await who({ field: "attribute", key: HOSTILE, op: "is", value: HOSTILE })).toEqual(["ann"]);
    expect(await who({ field: "attribute", key: HOSTILE, op: "contains", value: "%_" })).toEqual(["ann"]);
    expect(await who({ field: "tag", op: "has", value: HOSTILE })).toEqual(["bob"]);
    expect(await who({ field: "address", op: "contains", value: HOSTILE })).toEqual([]);
    expect(await who(city("contains", "%"))).toEqual([]);
  });

  it("never fails on any text, and a condition and its opposite share everybody", async () => {
    const text = fc
      .string({ minLength: 1, maxLength: 30, unit: "binary" })
      .filter((t) => !t.includes("\u0000"));
    await fc.assert(
      fc.asyncProperty(text, text, async (key, value) => {
        const yes = await who({ field: "attribute", key, op: "is", value });
        const no = await who({ field: "attribute", key, op: "is-not", value });
        expect([...yes, ...no].toSorted()).toEqual(["ann", "bob", "cem"]);
      }),
      { numRuns: 40 },
    );
  });

  it("compares attributes by their kind, and what is of another kind never matches", async () => {
    expect(await who(city("is", "BERLIN"))).toEqual(["ann"]);
    expect(await who(city("is-not", "Berlin"))).toEqual(["bob", "cem"]);
    expect(await who(city("starts-with", "Ber"))).toEqual(["ann", "bob"]);
    expect(await who(city("contains", "LIN"))).toEqual(["ann"]);
    const orders = (op: "more-than" | "less-than" | "equals", value: number) =>
      who({ field: "attribute", key: "orders", op, value });
    expect(await orders("more-than", 3)).toEqual(["ann"]);
    expect(await orders("less-than", 12)).toEqual(["cem"]);
    expect(await orders("equals", 12)).toEqual(["ann"]);
    expect(await orders("less-than", 1e300)).toEqual(["ann", "cem"]);
    expect(await orders("more-than", -1.5e-7)).toEqual(["ann", "cem"]);
    for (const key of [HOSTILE, "\ud800", "a.b[*]", '" || true || "']) {
      expect(await who({ field: "attribute", key, op: "more-than", value: -1 })).toEqual([]);
    }
    const flag = (op: "is-true" | "is-false" | "is-set" | "is-not-set", key = "vip") =>
      who({ field: "attribute", key, op });
    expect(await flag("is-true")).toEqual(["ann"]);
    expect(await flag("is-false")).toEqual(["bob"]);
    expect(await flag("is-set", "city")).toEqual(["ann", "bob"]);
    expect(await flag("is-not-set")).toEqual(["cem"]);
    const born = (op: "before" | "after", date: { on: string } | { daysAgo: number }) =>
      who({ field: "attribute", key: "born", op, date });
    expect(await born("before", { on: "1980-05-02" })).toEqual(["ann"]);
    expect(await born("before", { on: "1980-05-01" })).toEqual([]);
    expect(await born("after", { daysAgo: 2 })).toEqual(["cem"]);
  });

  it("knows addresses, tags, subscriptions and days of joining", async () => {
    expect(await who({ field: "address", op: "ends-with", value: ".ANN@example.com" })).toEqual(["ann"]);
    expect(await who({ field: "tag", op: "has-not", value: "gold" })).toEqual(["bob", "cem"]);
    const standing = (op: "is" | "is-not") =>
      who({ field: "subscription", op, list: list.id, status: "confirmed" });
    expect(await standing("is")).toEqual(["ann"]);
    expect(await standing("is-not")).toEqual(["bob", "cem"]);
    const joined = (op: "before" | "after", date: { on: string } | { daysAgo: number }) =>
      who({ field: "joined", op, date });
    expect(await joined("before", { on: "2026-11-21" })).toEqual(["ann"]);
    expect(await joined("after", { on: "2026-11-20" })).toEqual(["bob", "cem"]);
    expect(await joined("after", { daysAgo: 2 })).toEqual(["cem"]);
  });

  it("matches who matches each, in whatever order conditions of an attribute stand", async () => {
    const attribute = (key: string, op: string, more: object = {}) =>
      ({ field: "attribute", key, op, ...more }) as SegmentCondition;
    const conditions = [
      city("is", "BERLIN"),
      city("is", "bern"),
      city("is", "Kiel"),
      city("is-not", "Berlin"),
      city("starts-with", "ber"),
      city("contains", "lin"),
      attribute("orders", "more-than", { value: 2 }),
      attribute("orders", "less-than", { value: 12 }),
      attribute("vip", "is-true"),
      attribute("vip", "is-set"),
      attribute("city", "is-not-set"),
      attribute("born", "after", { date: { on: "1970-01-01" } }),
      { field: "tag", op: "has", value: "gold" } as const,
    ];
    const alone = new Map<SegmentCondition, string[]>();
    for (const condition of conditions) alone.set(condition, await who(condition));
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(conditions, { minLength: 2, maxLength: 4 }), async (some) => {
        const all = ["ann", "bob", "cem"];
        expect(await who(...some)).toEqual(
          all.filter((name) => some.every((c) => alone.get(c)!.includes(name))),
        );
        expect(await names({ match: "any", rules: some })).toEqual(
          all.filter((name) => some.some((c) => alone.get(c)!.includes(name))),
        );
      }),
      { numRuns: 40 },
    );
  });

  it("takes only people's hits for engagement, and acceptance from the ledger", async () => {
    const did = (
      op: "did" | "did-not",
      action: "accepted" | "opened" | "clicked",
      more: { campaign?: number; since?: { daysAgo: number } | { on: string } } = {},
    ) => who({ field: "engagement", op, action, ...more });
    expect(await did("did", "opened")).toEqual(["ann"]);
    expect(await did("did-not", "opened", { campaign: campaign.id })).toEqual(["bob", "cem"]);
    expect(await did("did", "opened", { since: { daysAgo: 1 } })).toEqual([]);
    expect(await did("did", "clicked")).toEqual([]);
    expect(await did("did", "accepted", { since: { daysAgo: 30 } })).toEqual(["ann"]);
    expect(await did("did-not", "accepted", { since: { daysAgo: 30 } })).toEqual(["bob", "cem"]);
    expect(await did("did", "accepted", { campaign: campaign.id, since: { on: "2026-11-22" } })).toEqual([
      "ann",
    ]);
  });

  it("sees nothing of another workspace, even by its list's number", async () => {
    const other = await makeWorkspace(db);
    const theirs = await makeSubscriber(db, other.id, { listId: (await makeList(db, other.id)).id });
    const rule: SegmentGroup = {
      match: "any",
      rules: [{ field: "subscription", op: "is", list: list.id, status: "confirmed" }],
    };
    const rows = await db
      .select()
      .from(subscribers)
      .where(and(eq(subscribers.id, theirs.id), compileSegment(rule, { workspaceId: other.id, now })));
    expect(rows).toEqual([]);
    expect((await db.select().from(campaigns).where(eq(campaigns.workspaceId, other.id))).length).toBe(0);
  });

  it("nests groups; an empty one matches nobody", async () => {
    expect(await names({ match: "all", rules: [] })).toEqual([]);
    expect(
      await names({
        match: "any",
        rules: [
          { match: "all", rules: [city("is", "bern"), { field: "tag", op: "has-not", value: "gold" }] },
          city("is", "berlin"),
        ],
      }),
    ).toEqual(["ann", "bob"]);
  });
});

describe("SegmentRuleInput", () => {
  const nest = (depth: number): unknown =>
    depth === 0 ? city("is", "x") : { match: "all", rules: [nest(depth - 1)] };
  it("refuses what is too deep, too wide, empty, unknown or holds NUL", () => {
    expect(SegmentRuleInput.safeParse(nest(6)).success).toBe(false);
    let deep: unknown = city("is", "x");
    for (let i = 0; i < 100_000; i++) deep = { match: "all", rules: [deep] };
    expect(SegmentRuleInput.safeParse(deep).success).toBe(false);
    const wide = (n: number) => ({ match: "any", rules: Array.from({ length: n }, () => city("is", "x")) });
    expect(SegmentRuleInput.safeParse(wide(51)).success).toBe(false);
    expect(SegmentRuleInput.safeParse(wide(50)).success).toBe(true);
    expect(SegmentRuleInput.safeParse({ match: "all", rules: [] }).success).toBe(false);
    expect(
      SegmentRuleInput.safeParse({ match: "all", rules: [{ field: "sql", op: "is", value: "1" }] }).success,
    ).toBe(false);
    expect(SegmentRuleInput.safeParse({ match: "all", rules: [city("is", "a\u0000")] }).success).toBe(false);
    expect(
      SegmentRuleInput.safeParse({
        match: "all",
        rules: [{ field: "attribute", key: "n", op: "equals", value: Number.NaN }],
      }).success,
    ).toBe(false);
    expect(SegmentRuleInput.safeParse(null).success).toBe(false);
  });
  it("passes a rule five deep unchanged", () => {
    expect(SegmentRuleInput.parse(nest(5))).toEqual(nest(5));
  });
});
