import { afterEach, expect, test } from "vitest";
import { type DialContext, dialSite, HostMemory } from "./dial.ts";
import type { Source } from "./source.ts";
import { type ScriptedServer, scriptedServer } from "./testing/scripted-server.ts";

const source: Source = { id: 1, revision: 1, kind: "ip", ip: null, heloName: "out.example", relay: null };
const mx = [{ host: "mx.example", preference: 10 }];

let server: ScriptedServer;
afterEach(() => server?.close());

/** A host with these addresses; the server listens at the first of loopback alone. */
function context(addresses: string[]): DialContext {
  return {
    hosts: new HostMemory(),
    addresses: async () => addresses,
    dane: async () => ({ kind: "none" }),
    smtpPort: server.port,
    certificates: "",
    network: { network: "sandbox", hasOwnDns: false },
  };
}

test("a host of which one address is silent is reached at another, and there first from then on", async () => {
  server = await scriptedServer();
  const of = context(["127.0.0.9", "127.0.0.1"]);
  const dialled = await dialSite(of, source, { mx, demand: null }, "opportunistic");
  expect(dialled.ok).toBe(true);
  expect(of.hosts.isDead("127.0.0.9")).toBe(true);
  expect(of.hosts.isDead("mx.example")).toBe(false);
  if (dialled.ok) dialled.connection.destroy();
});

test("a refusal is the host's answer: no other address is asked", async () => {
  server = await scriptedServer({ greeting: "554 5.7.1 go away" });
  const of = context(["127.0.0.1", "127.0.0.9"]);
  const dialled = await dialSite(of, source, { mx, demand: null }, "opportunistic");
  expect(dialled).toMatchObject({ ok: false, failure: { kind: "reply", code: 554 } });
  expect(of.hosts.isDead("127.0.0.9")).toBe(false);
});

test("of many addresses three are tried", async () => {
  server = await scriptedServer();
  const silent = ["127.0.0.6", "127.0.0.7", "127.0.0.8", "127.0.0.9"];
  const of = context(silent);
  const dialled = await dialSite(of, source, { mx, demand: null }, "opportunistic");
  expect(dialled).toMatchObject({ ok: false, failure: { kind: "network" } });
  expect(silent.map((one) => of.hosts.isDead(one))).toEqual([true, true, true, false]);
  expect(of.hosts.isDead("mx.example")).toBe(true);
});
