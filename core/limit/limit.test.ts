import { eq } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { formDataToObject } from "#app/_server/form-data.ts";
import { readLaneEvents } from "#core/lane/read-events.ts";
import { limitsFor } from "#core/mail/provider/bucket.ts";
import { LIMIT_SETS } from "#core/mail/provider/limit-sets.ts";
import { DEFAULT_LIMITS, PROVIDERS, SHARD_LIMITS } from "#core/mail/provider/providers.ts";
import { dayOf } from "#core/mail/warmup/caps.ts";
import type { AdminCtx } from "#core/platform/context.ts";
import { CoreError } from "#core/platform/context.ts";
import type { Db } from "#db/client.ts";
import { auditEvents, lanes, limitChanges, quotas, users } from "#db/schema/index.ts";
import { testDatabase } from "#db/testing/database.ts";
import { adminCtx, makeSource, makeUser } from "#db/testing/factories.ts";
import { changeLimits } from "./change.ts";
import { ChangeLimitsInput } from "./input.ts";
import { getLimits, limitsNow, listLimits, readLimitTable } from "./read.ts";
import { listQuotas, listRelayQuotas } from "./read-quotas.ts";
import { changesFrom, LIMIT_RANGES, laxerTls, limitKeyOf, type NumberField } from "./rules.ts";

let db: Db;
let ctx: AdminCtx;
let tilo: AdminCtx;

beforeAll(async () => {
  ({ db } = await testDatabase());
  ctx = adminCtx(db, (await makeUser(db, { isAdministrator: true })).id);
  tilo = adminCtx(db, (await makeUser(db, { isAdministrator: true, name: "Tilo" })).id);
});
beforeEach(async () => {
  await db.delete(limitChanges);
  await db.delete(auditEvents);
});

/** As a form sends it. */
const parse = (fields: Record<string, string>) => {
  const form = new FormData();
  for (const [name, value] of Object.entries({ key: "google", revision: "0", ...fields }))
    form.set(name, value);
  return ChangeLimitsInput.safeParse(formDataToObject(form, ChangeLimitsInput));
};
const change = (by: AdminCtx, fields: Record<string, string>) => changeLimits(by, parse(fields).data!);
const now = async (bucket: number) => limitsNow(await readLimitTable(ctx), bucket);

describe("what is typed", () => {
  test("nonsense is refused at its field, and everything shipped is allowed", () => {
    const bad: Record<string, string[]> = {
      connections: ["0", "-1", "1.5", "201", "1e2", "ten", "NaN", "1.2.3"],
      messagesPerConnection: ["0", "10001", "2,5"],
      messagesPerSecond: ["0", "0.019", "1001", "Infinity"],
      connectionsPerMinute: ["0", "0.5"],
      idleSeconds: ["0", "601"],
      siteConnections: ["0", "51"],
      siteMessagesPerSecond: ["0", "101"],
      tls: ["none", "REQUIRED"],
    };
    for (const [field, values] of Object.entries(bad))
      for (const value of values) {
        const paths = parse({ [field]: value }).error?.issues.map((issue) => issue.path.join("."));
        expect([field, value, paths]).toEqual([field, value, [field]]);
      }
    expect(parse({ messagesPerSecond: "0.5", connections: "" }).data).toMatchObject({
      messagesPerSecond: 0.5,
    });
    for (const { shipped } of LIMIT_SETS)
      for (const [field, { min, max }] of Object.entries(LIMIT_RANGES)) {
        const value = shipped[field as NumberField] ?? min;
        expect(value).toBeGreaterThanOrEqual(min);
        expect(value).toBeLessThanOrEqual(max);
      }
  });
  test("each set has a key of its own that fits into an address, and says where its numbers come from", () => {
    expect(new Set(LIMIT_SETS.map((set) => set.key)).size).toBe(PROVIDERS.length + 2);
    for (const { key, origin } of LIMIT_SETS) {
      expect(key).toMatch(/^[a-z0-9-]+$/);
      expect(origin).toMatch(/\.$/);
    }
  });
  test("what is empty, as shipped or not of this set is no change", () => {
    const google = LIMIT_SETS[0]!.shipped;
    expect(changesFrom(google, { connections: 5, messagesPerConnection: 7, siteConnections: 1 })).toEqual({
      messagesPerConnection: 7,
    });
  });
  test("less TLS than shipped is told in words, more is not", () => {
    const set = (key: string) => LIMIT_SETS.find((one) => one.key === key)!;
    expect(laxerTls(set("google"), "opportunistic")).toContain("clear text");
    expect(laxerTls(set("google"), "required")).toContain("pose as Google");
    expect(laxerTls(set("google"), "verified")).toBeNull();
    expect(laxerTls(set("yahoo"), "verified")).toBeNull();
    expect(laxerTls(set("netease"), "opportunistic")).not.toBeNull();
  });
  test("every bucket finds its set; a relay has none", () => {
    expect([0, 1, 98, 1003, 100_001].map(limitKeyOf)).toEqual([
      null,
      "google",
      null,
      "small-sites",
      "other-sites",
    ]);
  });
});

test("the shipped limits hold until somebody changes some, and those alone are another then", async () => {
  expect(await now(1)).toEqual({ limits: limitsFor(1), revision: 0 });
  expect(
    await change(ctx, { connections: "1", messagesPerSecond: "0.5", messagesPerConnection: "50" }),
  ).toEqual({
    ok: true,
    revision: 1,
    isChanged: true,
  });
  const { limits, revision } = await now(1);
  expect(limits).toEqual({ ...limitsFor(1), connections: 1, messagesPerSecond: 0.5 });
  expect(revision).toBe(1);
  expect((await now(2)).limits).toEqual(limitsFor(2));
  const row = await getLimits(ctx, "google");
  expect(row).toMatchObject({ changes: { connections: 1, messagesPerSecond: 0.5 }, changedBy: "Mara" });
  const [event] = await db.select().from(auditEvents);
  expect(event).toMatchObject({
    action: "limits.change",
    target: "Google: connections 5 to 1, messages a second 100 to 0.5",
    details: { key: "google", before: {}, after: { connections: 1, messagesPerSecond: 0.5 } },
  });
});

test("rows for everybody else: big sites, and small ones with what each single site gets", async () => {
  await change(ctx, { key: "other-sites", connections: "3", siteConnections: "1" });
  await change(ctx, { key: "small-sites", siteConnections: "1" });
  expect((await now(100_001)).limits).toEqual({ ...DEFAULT_LIMITS, connections: 3 });
  // What a provider leaves blank is as shipped, not as the others are changed.
  expect((await now(4)).limits).toEqual(limitsFor(4));
  expect((await now(1003)).limits).toEqual({
    ...SHARD_LIMITS,
    perSite: { connections: 1, messagesPerSecond: SHARD_LIMITS.perSite.messagesPerSecond },
  });
  const uneven = await change(ctx, {
    key: "small-sites",
    revision: "1",
    connections: "2",
    siteConnections: "3",
  });
  expect(uneven).toMatchObject({
    ok: false,
    fields: { siteConnections: expect.stringContaining("2 in all") },
  });
});

test("saving what is there already changes nothing: no revision, no audit, no lane begins anew", async () => {
  expect(await change(ctx, { connections: "5" })).toEqual({ ok: true, revision: 0, isChanged: false });
  await change(ctx, { connections: "2" });
  expect(await change(ctx, { revision: "1", connections: "2" })).toMatchObject({
    revision: 1,
    isChanged: false,
  });
  expect(await db.$count(auditEvents)).toBe(1);
});

test("back to the shipped values: the revision goes on, so that a page from before is refused", async () => {
  await change(ctx, { connections: "2" });
  expect(await change(ctx, { revision: "1" })).toMatchObject({ ok: true, revision: 2, isChanged: true });
  expect(await now(1)).toEqual({ limits: limitsFor(1), revision: 2 });
  expect(await change(tilo, { revision: "0", connections: "9" })).toMatchObject({ ok: false });
  expect(await change(tilo, { revision: "1", connections: "9" })).toMatchObject({ ok: false });
});

test("two administrators: the second is told who was first, and nothing of theirs is saved", async () => {
  await change(tilo, { connections: "3" });
  const second = await change(ctx, { connections: "4" });
  expect(second).toMatchObject({
    ok: false,
    reason: expect.stringMatching(/^Tilo changed these limits at \d\d:\d\d UTC/),
  });
  expect((await now(1)).limits.connections).toBe(3);
  // Somebody who is gone since has no name, but changed it all the same.
  const gone = await makeUser(db, { isAdministrator: true });
  await change(adminCtx(db, gone.id), { revision: "1", connections: "6" });
  await db.delete(users).where(eq(users.id, gone.id));
  expect(await change(ctx, { revision: "1", connections: "4" })).toMatchObject({
    reason: expect.stringMatching(/^Somebody else changed/),
  });
});

test("two at the same moment, before anything was ever changed: one of them is saved", async () => {
  const both = await Promise.all([
    change(ctx, { key: "yahoo", connections: "3" }),
    change(tilo, { key: "yahoo", connections: "4" }),
  ]);
  expect(both.map((one) => one.ok).sort()).toEqual([false, true]);
  expect((await now(4)).revision).toBe(1);
  expect(await db.$count(auditEvents)).toBe(1);
});

test("quotas: none is shipped, and how much was taken of those that are set is told, by address and in all", async () => {
  expect(parse({ perDay: "0" }).success).toBe(false);
  expect(await change(ctx, { key: "small-sites", perDay: "5" })).toMatchObject({ isChanged: false });
  expect(await change(ctx, { perDay: "100", overallPerHour: "600", overallPerDay: "150" })).toMatchObject({
    ok: true,
  });
  const limits = { perDay: 100, overallPerHour: 600, overallPerDay: 150 };
  expect((await now(1)).limits.quotas).toEqual(limits);
  const { id, name } = await makeSource(db);
  const today = dayOf(Date.now());
  await db.insert(quotas).values([
    { bucket: 1, sourceId: 0, day: today, taken: 150, tat: Date.now() },
    { bucket: 1, sourceId: id, day: today, taken: 40 },
    { bucket: 4, sourceId: id, day: today, taken: 7 },
  ]);
  const midnight = new Date(new Date().setUTCHours(24, 0, 0, 0));
  expect(await listQuotas(ctx, "google")).toMatchObject([
    { name: "All addresses", perHour: 600, perDay: 150, takenToday: 150, againAt: midnight },
    { name, perHour: null, perDay: 100, takenToday: 40, againAt: null },
  ]);
  expect(await listQuotas(ctx, "yahoo")).toEqual([]);
  const relay = { id, name, messagesPerHour: null, messagesPerDay: 9 };
  expect(await listRelayQuotas(ctx, relay)).toMatchObject([{ takenToday: 0, perDay: 9 }]);
  expect(await listRelayQuotas(ctx, { ...relay, messagesPerDay: null })).toEqual([]);
});

test("the lanes that it concerns say what changed them, and no others", async () => {
  const { id } = await makeSource(db);
  const made = await db
    .insert(lanes)
    .values([1, 2, 1003].map((bucket) => ({ sourceId: id, bucket })))
    .returning({ id: lanes.id });
  await change(ctx, { connections: "1" });
  await change(ctx, { revision: "1", connections: "1" });
  const [google, ...others] = await Promise.all(made.map((lane) => readLaneEvents(ctx, lane.id)));
  expect(google).toMatchObject([{ kind: "limits", who: "Mara", detail: { limits: ["connections 5 to 1"] } }]);
  expect(others.flat()).toEqual([]);
});

test("TLS becomes stricter freely; laxer than shipped only with a tick, asked for once", async () => {
  expect(await change(ctx, { key: "yahoo", tls: "verified" })).toMatchObject({ ok: true });
  // Back to what is shipped is no loss.
  expect(await change(ctx, { key: "yahoo", revision: "1", tls: "opportunistic" })).toMatchObject({
    ok: true,
  });
  const asked = await change(ctx, { tls: "opportunistic" });
  expect(asked).toMatchObject({ ok: false, fields: { laxerTls: expect.stringContaining("clear text") } });
  expect((await now(1)).limits.tls).toBe("verified");
  expect(await change(ctx, { tls: "opportunistic", laxerTls: "on" })).toMatchObject({ ok: true });
  expect(await change(ctx, { revision: "1", tls: "opportunistic", connections: "4" })).toMatchObject({
    ok: true,
  });
  expect((await now(1)).limits).toMatchObject({ tls: "opportunistic", connections: 4 });
});

test("what is stored of a provider that is gone from the code is used by nobody, and nobody can change it", async () => {
  await db.insert(limitChanges).values({ key: "long-gone", connections: 1 });
  expect((await listLimits(ctx)).map((row) => row.key)).toEqual(LIMIT_SETS.map((set) => set.key));
  for (const bucket of [1, 98, 1003, 100_001])
    expect(await now(bucket)).toEqual({ limits: limitsFor(bucket), revision: 0 });
  expect(await change(ctx, { key: "long-gone", revision: "1" })).toMatchObject({ ok: false });
  await expect(getLimits(ctx, "long-gone")).rejects.toThrow(CoreError);
});

test("the database itself takes no limit under which a lane would stand still", async () => {
  for (const values of [{ connections: 0 }, { messagesPerSecond: 0 }, { idleSeconds: -1 }])
    await expect(db.insert(limitChanges).values({ key: "google", ...values })).rejects.toThrow();
  await expect(db.insert(limitChanges).values({ key: "google", tls: "none" as never })).rejects.toThrow();
});
