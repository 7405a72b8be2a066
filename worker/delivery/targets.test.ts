import { expect, test } from "vitest";
import type { Dns } from "#core/domain/dns.ts";
import type { Ctx } from "#core/platform/context.ts";
import type { Sql } from "#db/client.ts";
import { Targets } from "./targets.ts";

test("a burst of new connections asks for few hosts at once, each once, and gets them all", async () => {
  let open = 0;
  let most = 0;
  const asked: string[] = [];
  const addresses: Dns["addresses"] = async (name) => {
    asked.push(name);
    most = Math.max(most, ++open);
    await new Promise((done) => setImmediate(done));
    open -= 1;
    if (name === "host7.example")
      return { kind: "failed", error: "The name servers did not answer in time." };
    return { kind: "found", records: ["192.0.2.1"] };
  };
  // Neither is asked for addresses.
  const targets = new Targets(
    undefined as unknown as Sql,
    undefined as unknown as Ctx,
    () => ({ addresses }) as Dns,
  );
  const hosts = Array.from({ length: 1_000 }, (_, i) => `host${i % 500}.example`);
  const answers = await Promise.all(hosts.map((host) => targets.addresses(host)));
  expect(most).toBeLessThanOrEqual(50);
  expect(most).toBeGreaterThan(10);
  expect(asked).toHaveLength(500);
  expect(answers.filter((answer) => typeof answer === "string")).toEqual([
    "host7.example: The name servers did not answer in time.",
    "host7.example: The name servers did not answer in time.",
  ]);
});
