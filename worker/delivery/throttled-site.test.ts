import { afterAll, beforeAll, expect, test } from "vitest";
import { type DnsServer, startDns } from "../sandbox/dns.ts";
import { type DeliveryWorld, deliveryWorld, until } from "./testing/delivery-world.ts";
import { type ScriptedServer, scriptedServer } from "./testing/scripted-server.ts";

let w: DeliveryWorld;
let server: ScriptedServer;
let dns: DnsServer;
/** When clients said hello, ms; those of one moment are one. */
const rounds: number[] = [];

beforeAll(async () => {
  server = await scriptedServer({
    line: (line) => {
      const now = performance.now();
      if (/^EHLO/.test(line) && now - (rounds.at(-1) ?? Number.NEGATIVE_INFINITY) > 700) rounds.push(now);
      return /^MAIL/.test(line) ? "421 4.7.0 Too many messages, slow down" : undefined;
    },
  });
  dns = await startDns({
    host: "127.0.0.1",
    port: 0,
    answer: async (name, type) => {
      const data = type === "MX" ? { preference: 1, exchange: `mail.${name}` } : "127.0.0.1";
      const records = type === "MX" || type === "A" ? [{ name, type, data } as never] : [];
      return { code: "NOERROR", records, soa: false };
    },
  });
  w = await deliveryWorld({ block: "127.79", network: { dns, smtpPort: server.port } });
});
afterAll(async () => {
  await w.stop();
  await dns.close();
  await server.close();
});

test("a small site that says slow down is asked less and less often, and nobody's mail counts as tried", async () => {
  await w.engine();
  const id = await w.launch(Array.from({ length: 12 }, (_, i) => `p${i}@busy.example`));
  await until(() => rounds.length === 3, 40_000);
  const gaps = rounds.slice(1).map((at, i) => at - (rounds[i] ?? 0));
  expect(gaps[1]).toBeGreaterThan((gaps[0] ?? 0) * 1.3);
  const tried = await w.sql`select from deliveries where campaign_id = ${id} and attempts > 0`;
  expect(tried).toHaveLength(0);
}, 60_000);
