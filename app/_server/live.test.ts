import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LiveHub } from "./live.ts";

let onListen = () => {};
vi.mock("./db.ts", () => ({
  database: () => ({
    sql: {
      listen: async (_channel: string, _hear: (topic: string) => void, listening: () => void) => {
        onListen = listening;
        listening();
      },
    },
  }),
}));

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => vi.useRealTimers());

test("a page made before its subscription hears of what changed in between, one made after does not", async () => {
  const hub = new LiveHub();
  await hub.subscribe("import:1", () => {});
  vi.setSystemTime(1_010_000);
  const page = Date.now();
  expect(hub.mayHaveChanged("import:1", page)).toBe(false);
  vi.setSystemTime(1_010_500);
  hub.hear("import:1");
  vi.setSystemTime(1_011_000);
  await hub.subscribe("import:1", () => {});
  expect(hub.mayHaveChanged("import:1", page)).toBe(true);
  expect(hub.mayHaveChanged("import:2", page)).toBe(false);
  expect(hub.mayHaveChanged("import:1", 1_020_000)).toBe(false);
});

test("whoever was there before the hub listened may have missed something, also after a lost connection", async () => {
  const hub = new LiveHub();
  expect(hub.mayHaveChanged("lanes", Date.now())).toBe(true);
  const heard = vi.fn();
  await hub.subscribe("lanes", heard);
  vi.setSystemTime(1_050_000);
  expect(hub.mayHaveChanged("lanes", 1_040_000)).toBe(false);
  onListen();
  expect(heard).toHaveBeenCalledOnce();
  expect(hub.mayHaveChanged("lanes", 1_040_000)).toBe(true);
});

test("topics that were forgotten count as changed", async () => {
  const hub = new LiveHub();
  await hub.subscribe("lanes", () => {});
  vi.setSystemTime(1_100_000);
  hub.hear("campaign:1");
  vi.setSystemTime(1_101_000);
  for (let i = 2; i <= 5_001; i += 1) hub.hear(`campaign:${i}`);
  expect(hub.mayHaveChanged("campaign:1", 1_099_000)).toBe(true);
});
