import { expect, test } from "vitest";
import { testDatabase, uniqueId } from "#db/testing/database.ts";
import { clientNetwork, takeFromBudget } from "./rate-limit.ts";

const { db } = await testDatabase();

test("a client is an IPv4 address, or the /64 of its IPv6 address", () => {
  expect(clientNetwork("192.0.2.1")).toBe("192.0.2.1");
  expect(clientNetwork("2001:db8:0:1::2")).toBe("2001:db8:0:1::/64");
  expect(clientNetwork("2001:DB8:0:1:ffff::9")).toBe("2001:db8:0:1::/64");
  expect(clientNetwork("2001:db8:0:2::2")).not.toBe("2001:db8:0:1::/64");
  expect(clientNetwork("::1")).toBe("0:0:0:0::/64");
});

test("many at once take no more than the budget has, and each key has its own", async () => {
  const [one, other] = [uniqueId("budget"), uniqueId("budget")];
  const budget = { limit: 5, seconds: 3600 };
  const waits = await Promise.all(Array.from({ length: 12 }, () => takeFromBudget(db, one, budget)));
  expect(waits.filter(({ waitSeconds }) => waitSeconds === 0)).toHaveLength(5);
  const longest = Math.max(...waits.map(({ waitSeconds }) => waitSeconds));
  expect(longest).toBeGreaterThan(600);
  expect(longest).toBeLessThanOrEqual(720);
  expect(await takeFromBudget(db, other, budget)).toEqual({ waitSeconds: 0 });
});
