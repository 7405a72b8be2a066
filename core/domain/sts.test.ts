import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { testDatabase, uniqueId } from "#db/testing/database.ts";
import { systemCtx } from "#db/testing/factories.ts";
import type { Dns, DnsAnswer } from "./dns.ts";
import type { PolicyAnswer } from "./fetch-policy.ts";
import { forgetDomains } from "./forget.ts";
import { resolveDomains } from "./resolve.ts";

// How the policies of recipient domains are kept (RFC 8461 §3.3, §5.1), on a real database.
const { db } = await testDatabase();

const START = new Date("2026-11-28T08:00:00Z");
const none = async (): Promise<DnsAnswer<never>> => ({ kind: "no-data" });
const record = (id: string): DnsAnswer<string> => ({ kind: "found", records: [`v=STSv1; id=${id};`] });
const enforce = (mx: string, maxAge = 7 * 86_400): PolicyAnswer => ({
  ok: true,
  policy: { mode: "enforce", mx: [mx], maxAge },
});
const broken: PolicyAnswer = { ok: false, problem: "The policy could not be read." };

/** One domain, asked at hours of a day that the test names, with the answers that it gives. */
function domain() {
  const name = `${uniqueId("s")}.example`;
  let fetched = 0;
  return {
    name,
    get fetched() {
      return fetched;
    },
    async at(hours: number, txt: DnsAnswer<string>, policy: PolicyAnswer = broken) {
      const dns: Dns = {
        mx: async () => ({ kind: "found", records: [{ host: `mail.${name}`, preference: 5 }] }),
        txt: async (asked) => {
          expect(asked).toBe(`_mta-sts.${name}`);
          return txt;
        },
        policy: async () => {
          fetched += 1;
          return policy;
        },
        addresses: none,
        cname: none,
        ptr: none,
      };
      const now = new Date(START.getTime() + hours * 3_600_000);
      await resolveDomains({ ...systemCtx(db), now: () => now }, { names: [name] }, dns);
      const rows = await db.execute<Record<string, unknown>>(
        sql`select id, mode, mx, error, since, expires_at from sts_policies where domain = ${name}`,
      );
      return rows[0];
    },
  };
}

const hour = (n: number) => new Date(START.getTime() + n * 3_600_000);
const time = (value: unknown) => new Date(String(value)).getTime();

describe("a policy", () => {
  test("is fetched once for an id, again for another, and after a day; since when it holds is kept", async () => {
    const d = domain();
    expect(await d.at(0, record("1"), enforce("mail.a.example"))).toMatchObject({ id: "1", mode: "enforce" });
    await d.at(1, record("1"), enforce("never.example"));
    expect(d.fetched).toBe(1);
    const same = await d.at(25, record("1"), enforce("mail.a.example"));
    expect(d.fetched).toBe(2);
    expect(time(same?.since)).toBe(START.getTime());
    expect(time(same?.expires_at)).toBe(hour(25 + 7 * 24).getTime());
    const next = await d.at(26, record("2"), enforce("mail.b.example"));
    expect(next).toMatchObject({ id: "2", mx: ["mail.b.example"] });
    expect(time(next?.since)).toBe(hour(26).getTime());
  });

  test("outlives each failure until it ends: whoever blocks a question takes nothing away", async () => {
    const d = domain();
    await d.at(0, record("1"), enforce("mail.a.example"));
    const answers: [DnsAnswer<string>, RegExp][] = [
      [{ kind: "failed", error: "SERVFAIL" }, /SERVFAIL/],
      [{ kind: "no-domain" }, /announces no policy any more/],
      [{ kind: "found", records: ["v=STSv1; id=1;", "v=STSv1; id=2;"] }, /announces no policy any more/],
      [record("2"), /could not be read/],
    ];
    for (const [txt, words] of answers) {
      const row = await d.at(30, txt);
      expect(row).toMatchObject({ mode: "enforce", id: "1", error: expect.stringMatching(words) });
      expect(time(row?.expires_at)).toBe(hour(7 * 24).getTime());
    }
    expect(await d.at(31, record("2"), enforce("mail.b.example"))).toMatchObject({ id: "2", error: null });
  });

  test("is gone when it has ended and cannot be had again", async () => {
    const d = domain();
    await d.at(0, record("1"), enforce("mail.a.example", 3_600));
    expect(await d.at(2, record("1"))).toMatchObject({ mode: null, error: "The policy could not be read." });
    expect(await d.at(3, record("1"), enforce("mail.a.example"))).toMatchObject({ mode: "enforce" });
    const other = domain();
    await other.at(0, record("1"), enforce("mail.a.example", 3_600));
    expect(await other.at(2, { kind: "no-data" })).toBeUndefined();
  });

  test("is taken back by one of mode none", async () => {
    const d = domain();
    await d.at(0, record("1"), enforce("mail.a.example"));
    const gone: PolicyAnswer = { ok: true, policy: { mode: "none", mx: [], maxAge: 86_400 } };
    expect(await d.at(1, record("2"), gone)).toMatchObject({ mode: "none", mx: [] });
  });

  test("of a domain without one costs a question and no row; a domain with one is asked every hour", async () => {
    const d = domain();
    expect(await d.at(0, { kind: "no-domain" })).toBeUndefined();
    expect(d.fetched).toBe(0);
    const strict = domain();
    await strict.at(0, record("1"), enforce("mail.a.example"));
    const rows = await db.execute<{ name: string; expires_at: unknown }>(
      sql`select name, expires_at from domains where name in (${d.name}, ${strict.name})`,
    );
    const left = Object.fromEntries(rows.map((row) => [row.name, time(row.expires_at) - START.getTime()]));
    expect(left[d.name]).toBeGreaterThan(20 * 3_600_000);
    expect(left[strict.name]).toBeLessThanOrEqual(3_600_000);
  });

  test("of the sandbox is forgotten with the sandbox", async () => {
    const d = domain();
    await d.at(0, record("1"), enforce("mail.a.example"));
    await db.transaction((tx) => forgetDomains(tx));
    expect(await d.at(0, { kind: "no-data" })).toBeUndefined();
  });
});
