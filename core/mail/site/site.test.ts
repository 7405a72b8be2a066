import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { siteKey } from "./key.ts";
import { siteOf } from "./resolve.ts";

const mx = (...hosts: string[]) => hosts.map((host, i) => ({ host, preference: i * 10 }));

describe("siteKey", () => {
  it("is empty for nothing, and for a null MX", () => {
    expect(siteKey([])).toBe("");
    expect(siteKey([{ host: ".", preference: 0 }])).toBe("");
  });
  it("rolls hosts up as people read them", () => {
    const gmail = ["gmail-smtp-in", "alt1.gmail-smtp-in", "alt2.gmail-smtp-in"].map(
      (h) => `${h}.l.google.com`,
    );
    expect(siteKey(mx(...gmail))).toBe("(alt1|alt2)?.gmail-smtp-in.l.google.com");
    const yahoo = ["mta7", "mta5", "mta6"].map((h) => ({ host: `${h}.am0.yahoodns.net.`, preference: 1 }));
    expect(siteKey(yahoo)).toBe("(mta5|mta6|mta7).am0.yahoodns.net");
    expect(siteKey(mx("MX.Example.com"))).toBe("mx.example.com");
  });
  it("keeps primary and backup apart when they swap", () => {
    expect(siteKey(mx("a.example", "b.example"))).not.toBe(siteKey(mx("b.example", "a.example")));
  });
  it("writes IDN as A-labels", () => {
    expect(siteKey(mx("mx.bücher.example"))).toBe("mx.xn--bcher-kva.example");
  });
  it("bounds what a hostile zone can make of it, and still tells two apart", () => {
    const many = (n: number) =>
      mx(...Array.from({ length: n }, (_, i) => `${"x".repeat(50)}${i}.example.com`));
    expect(siteKey(many(100)).length).toBeLessThanOrEqual(400);
    expect(siteKey(many(100))).not.toBe(siteKey(many(101)));
  });
  it("never throws and does not depend on the order in which records came", () => {
    const record = fc.record({ host: fc.string({ maxLength: 40 }), preference: fc.nat(100) });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), (records) => {
        expect(siteKey(records)).toBe(siteKey([...records].reverse()));
      }),
    );
  });
});

describe("siteOf", () => {
  it("falls back to the domain itself without MX", () => {
    expect(siteOf("BÜCHER.example", [])).toEqual({
      kind: "address",
      key: "xn--bcher-kva.example",
      hosts: ["xn--bcher-kva.example"],
      providerId: null,
      perHost: false,
    });
  });
  it("sees a null MX, and ignores it beside real ones", () => {
    expect(siteOf("a.example", [{ host: "", preference: 0 }])).toEqual({ kind: "null-mx" });
    expect(siteOf("a.example", mx(".", "mx.a.example")).kind).toBe("mx");
  });
  it("names the provider", () => {
    expect(siteOf("acme.example", mx("acme-example.mail.protection.outlook.com"))).toMatchObject({
      providerId: 3,
      perHost: true,
    });
  });
});
