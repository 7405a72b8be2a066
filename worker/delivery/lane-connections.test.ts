import { expect, test } from "vitest";
import { SHARD_LIMITS } from "#core/mail/provider/providers.ts";
import type { SmtpConnection } from "./connection.ts";
import type { Demand } from "./demand.ts";
import { LaneConnections } from "./lane-connections.ts";
import type { Site } from "./site.ts";

/** As much of a connection as is looked at here. */
function connection() {
  const closed: (() => void)[] = [];
  const one = {
    isUsable: true,
    served: 0,
    idleSince: performance.now(),
    onClose: (call: () => void) => void closed.push(call),
    quit() {
      one.isUsable = false;
      for (const call of closed) call();
    },
  };
  return one as unknown as SmtpConnection;
}

const strict: Demand = {
  sts: { mode: "enforce", hosts: ["mx.a.example"] },
  dane: false,
  key: "sts enforce mx.a.example",
};
const target = { siteId: 7, mx: [{ host: "mx.a.example", preference: 5 }] };

test("domains of a site that ask for different encryption share what the site may have, and nobody starves", async () => {
  const dialled: Site[] = [];
  const connections = new LaneConnections(SHARD_LIMITS, {
    dial: async (site) => {
      dialled.push(site);
      return { ok: true, connection: connection() };
    },
    changed: () => {},
    failed: () => {},
  });
  const plain = connections.site({ ...target, demand: null });
  const guarded = connections.site({ ...target, demand: strict });
  expect(guarded).not.toBe(plain);
  expect(connections.site({ ...target, demand: { ...strict } })).toBe(guarded);
  const open = async (...needs: [Site, number][]) => {
    connections.open(new Map(needs), 100, Date.now());
    await new Promise((done) => setImmediate(done));
  };
  await open([plain, 50]);
  expect(plain.have).toBe(2);
  const [first, second] = [connections.take(plain, 0), connections.take(plain, 0)];

  // All that the site may have is busy: the next that becomes free makes room.
  await open([plain, 50], [guarded, 50]);
  expect(guarded.have).toBe(0);
  connections.giveBack(plain, first);
  await open([plain, 50], [guarded, 50]);
  expect([plain.have, guarded.have]).toEqual([1, 1]);
  connections.giveBack(plain, second);
  expect(plain.have).toBe(1);

  // An idle one makes room at once.
  const third = connections.site({ ...target, demand: { ...strict, key: "another" } });
  await open([third, 1]);
  await open([third, 1]);
  expect(third.have).toBe(1);
  expect(plain.have + guarded.have + third.have).toBe(2);

  // What the site says to one holds for all.
  plain.holdUntil = Date.now() + 60_000;
  expect(connections.canStart(third, Date.now())).toBe(false);
});
