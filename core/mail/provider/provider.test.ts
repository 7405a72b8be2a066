import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketKind, bucketName, bucketOf, limitsFor, SHARDS, shardOf, siteOfBucket } from "./bucket.ts";
import { providerById, providerOfMx } from "./match.ts";
import { DEFAULT_LIMITS, PROVIDERS } from "./providers.ts";

describe("providerOfMx", () => {
  it("knows nobody from no hosts or broken ones", () => {
    expect(providerOfMx([])).toBeNull();
    expect(providerOfMx([""])).toBeNull();
    expect(providerOfMx(["."])).toBeNull();
  });
  it("compares whole labels", () => {
    expect(providerOfMx(["mx.evilgoogle.com"])).toBeNull();
    expect(providerOfMx(["mx.google.com.evil.example"])).toBeNull();
    expect(providerOfMx(["mx1.notweb.de"])).toBeNull();
  });
  it("wants all hosts to match", () => {
    expect(providerOfMx(["aspmx.l.google.com", "mail.example.com"])).toBeNull();
    expect(providerOfMx(["aspmx.l.google.com", "mx.yahoodns.net"])).toBeNull();
    expect(providerOfMx(["ASPMX.L.GOOGLE.COM.", "aspmx2.googlemail.com"])?.key).toBe("google");
  });
  it("tells Microsoft's two buckets apart under one name", () => {
    const consumer = providerOfMx(["outlook-com.olc.protection.outlook.com"]);
    const business = providerOfMx(["acme-com.mail.protection.outlook.com"]);
    expect([consumer?.key, business?.key]).toEqual(["outlook", "office365"]);
    expect(consumer?.name).toBe(business?.name);
    expect(providerOfMx(["acme-com.k-v1.mx.microsoft"])?.key).toBe("office365");
  });
  it("has one id and key per provider, each in 1 to 99", () => {
    expect(new Set(PROVIDERS.map((p) => p.id)).size).toBe(PROVIDERS.length);
    expect(new Set(PROVIDERS.map((p) => p.key)).size).toBe(PROVIDERS.length);
    for (const p of PROVIDERS) expect(bucketKind(p.id)).toBe("provider");
  });
});

describe("buckets", () => {
  it("refuses numbers that are none", () => {
    for (const bad of [0, -1, 100, 999, 1016, 99_999]) expect(() => bucketKind(bad)).toThrow();
  });
  it("puts every site in exactly one kind, and finds it again", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000_000_000 }), fc.boolean(), (siteId, isBig) => {
        const bucket = bucketOf({ providerId: null, siteId, isBig });
        expect(bucketKind(bucket)).toBe(isBig ? "site" : "shard");
        expect(siteOfBucket(bucket)).toBe(isBig ? siteId : null);
      }),
    );
  });
  it("spreads consecutive sites over all shards", () => {
    const counts = new Map<number, number>();
    for (let id = 1; id <= 3200; id++) counts.set(shardOf(id), (counts.get(shardOf(id)) ?? 0) + 1);
    expect(counts.size).toBe(SHARDS);
    for (const n of counts.values()) expect(n).toBeGreaterThan(150);
  });
  it("gives a provider's bucket before all else, and names", () => {
    expect(bucketOf({ providerId: 1, siteId: 5, isBig: true })).toBe(1);
    expect(bucketName(3)).toBe("Microsoft 365");
    expect(bucketName(1000)).toBe("Small sites 1 of 16");
    expect(bucketName(100_007, "mx.example.org")).toBe("mx.example.org");
  });
  it("fills blanks of a provider from the default row", () => {
    expect(limitsFor(4)).toEqual({ ...DEFAULT_LIMITS, messagesPerConnection: 20 });
    expect(limitsFor(1).connections).toBe(5);
    expect(limitsFor(1003).perSite?.connections).toBeLessThanOrEqual(2);
    expect(limitsFor(100_001)).toEqual(DEFAULT_LIMITS);
    expect(providerById(98)).toBeNull();
  });
  it("puts what was changed in the place of what was shipped, each where it applies", () => {
    expect(limitsFor(4, { connections: 2, tls: "verified" })).toEqual({
      ...limitsFor(4),
      connections: 2,
      tls: "verified",
    });
    expect(limitsFor(1003, { siteConnections: 1 }).perSite).toEqual({ connections: 1, messagesPerSecond: 5 });
    expect(limitsFor(100_001, { siteConnections: 1 })).toEqual(DEFAULT_LIMITS);
    expect(limitsFor(4)).toEqual({ ...DEFAULT_LIMITS, messagesPerConnection: 20 });
  });
});
