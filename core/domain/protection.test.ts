import { describe, expect, test } from "vitest";
import { describeProtection, type ProtectionFacts } from "./protection.ts";

const NOW = new Date("2026-11-28T12:00:00Z");
const SINCE = new Date("2026-11-01T00:00:00Z");
const LATER = new Date("2026-12-04T00:00:00Z");
const plain: ProtectionFacts = {
  name: "a.example",
  mx: [{ host: "MX.a.example.", preference: 5 }],
  isSigned: false,
  policy: null,
  hosts: [],
};
const policy = {
  mode: "enforce",
  mx: ["mx.a.example"],
  since: SINCE,
  expiresAt: LATER,
  error: null,
} as const;
const record = { usage: 3, selector: 1, matching: 1, data: "ab".repeat(32) };
const host = { host: "mx.a.example", records: [record], isUsable: true, since: SINCE, error: null };

const say = (facts: Partial<ProtectionFacts>, believes = true) =>
  describeProtection({ ...plain, ...facts }, NOW, believes);
const words = (...of: Parameters<typeof say>) =>
  say(...of)
    .flatMap((one) => one.sentences)
    .join(" ");

describe("describeProtection", () => {
  test("says what a policy lets through, since when and until when", () => {
    const [first] = say({ policy });
    expect(first).toMatchObject({ since: SINCE, until: LATER, isBarred: false });
    expect(first?.sentences).toEqual([
      "Mail goes only to mx.a.example, encrypted and with a certificate that is good for the server's name. Else it waits.",
    ]);
    expect(words({ policy: { ...policy, error: "SERVFAIL" } })).toContain(
      "The last look did not get it: SERVFAIL.",
    );
    expect(words({ policy: { ...policy, mode: "testing" } })).toContain("only tested");
    expect(words({ policy: { ...policy, mode: "none", mx: [] } })).toContain("took its policy back");
    expect(words({ policy: { ...policy, mode: null, error: "It answered 404." } })).toContain(
      "It answered 404.",
    );
  });

  test("says that mail waits where a policy lets none of its servers be used, and only then", () => {
    const other = { ...policy, mx: ["*.b.example"] };
    expect(say({ policy: other })[0]).toMatchObject({ isBarred: true });
    const two = [...plain.mx, { host: "mx.b.example", preference: 9 }];
    const [some] = say({ policy: other, mx: two });
    expect(some?.isBarred).toBe(false);
    expect(some?.sentences[1]).toBe("mx.a.example is not among them and never used.");
    // What DNS proves needs no blessing.
    expect(say({ policy: other, isSigned: true, hosts: [host] })[0]).toMatchObject({ isBarred: false });
  });

  test("a policy that has ended is none", () => {
    expect(words({ policy: { ...policy, expiresAt: SINCE } })).toMatch(/^It has none/);
    expect(words({})).toMatch(/^It has none/);
  });

  test("says what DNS proves, or why nothing", () => {
    const signed = { isSigned: true, hosts: [host] };
    expect(words(signed)).toContain("the server's own key, SHA-256 abababababababab… (3 1 1)");
    expect(words({ ...signed, hosts: [{ ...host, isUsable: false }] })).toContain("none of its TLSA records");
    const [, broken] = say({
      ...signed,
      hosts: [{ ...host, records: [], isUsable: false, error: "SERVFAIL" }],
    });
    expect(broken).toMatchObject({
      isBarred: true,
      sentences: [expect.stringContaining("SERVFAIL. Until then")],
    });
    const two = [...plain.mx, { host: "mx.b.example", preference: 9 }];
    const [, left] = say({
      ...signed,
      mx: two,
      hosts: [{ ...host, records: [], isUsable: false, error: "SERVFAIL" }],
    });
    expect(left?.isBarred).toBe(false);
    expect(words({ isSigned: true })).toContain("no TLSA records");
    expect(words({})).toContain("not signed");
    expect(words(signed, false)).toContain("DNS_SERVERS");
  });
});
