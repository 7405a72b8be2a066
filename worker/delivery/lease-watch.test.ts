import { expect, test } from "vitest";
import { LeaseWatch } from "./lease-watch.ts";

const leases = (of: Record<number, string>) =>
  new Map(Object.entries(of).map(([id, until]) => [Number(id), until]));

test("who renews is alive, whatever the clock says that the lease is about; who does not for as long as one lasts is silent", () => {
  const watch = new LeaseWatch(15_000);
  expect(watch.see(leases({ 1: "12:00:15", 2: "12:00:15" }), 0)).toEqual([]);
  expect(watch.see(leases({ 1: "12:00:17", 2: "12:00:15" }), 2_000)).toEqual([]);
  // The clock leaps by an hour: the second one's lease is over since long, it was silent for 14 s.
  expect(watch.see(leases({ 1: "13:00:29", 2: "12:00:15" }), 14_000)).toEqual([]);
  expect(watch.see(leases({ 1: "13:00:31", 2: "12:00:15" }), 15_000)).toEqual([2]);
  expect(watch.see(leases({ 1: "13:00:33", 2: "13:00:33" }), 17_000)).toEqual([]);
  expect(watch.see(leases({ 1: "13:00:33" }), 31_000)).toEqual([]);
  expect(watch.see(leases({ 1: "13:00:33" }), 32_000)).toEqual([1]);
});
