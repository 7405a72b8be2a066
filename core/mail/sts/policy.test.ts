import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowsMx, parseStsPolicy, stsRecordId } from "./policy.ts";

const GOOD = "version: STSv1\r\nmode: enforce\r\nmx: mail.a.example\r\nmx: *.b.example\r\nmax_age: 86400\r\n";

describe("stsRecordId", () => {
  it("reads the id, with other records and unknown fields beside it", () => {
    expect(stsRecordId(["v=STSv1; id=20160831085700Z;"])).toBe("20160831085700Z");
    expect(stsRecordId(["something else", "v=STSv1;id=1;new=x"])).toBe("1");
  });
  it("takes two, one without an id, or one of another version for none", () => {
    for (const records of [
      [],
      ["v=STSv1; id=1;", "v=STSv1; id=2;"],
      ["v=STSv1;"],
      ["v=STSv1; id=a b;"],
      [`v=STSv1; id=${"1".repeat(33)};`],
      ["v=STSv2; id=1;"],
      ["v=STSv1x; id=1;"],
    ])
      expect(stsRecordId(records)).toBeNull();
  });
});

describe("parseStsPolicy", () => {
  it("reads RFC 8461's form, with either line break, unknown keys and a far age cut", () => {
    const policy = { mode: "enforce", mx: ["mail.a.example", "*.b.example"], maxAge: 86_400 };
    expect(parseStsPolicy(GOOD)).toEqual({ ok: true, policy });
    expect(parseStsPolicy(`${GOOD.replaceAll("\r", "")}\nfuture_key: yes: no\n\n`)).toEqual({
      ok: true,
      policy,
    });
    expect(parseStsPolicy(GOOD.replace("86400", "9999999999"))).toMatchObject({
      policy: { maxAge: 31_557_600 },
    });
    expect(parseStsPolicy("version: STSv1\nmode: none\nmax_age: 60\n")).toMatchObject({ policy: { mx: [] } });
  });
  it.each([
    ["nothing", ""],
    ["a web page", "<!doctype html><title>404</title>"],
    ["no version", GOOD.replace("version: STSv1\r\n", "")],
    ["another version", GOOD.replace("STSv1", "STSv2")],
    ["an unknown mode", GOOD.replace("enforce", "report")],
    ["no age", GOOD.replace(/max_age.*/, "")],
    ["an age that is no number", GOOD.replace("86400", "-1")],
    ["no server", "version: STSv1\nmode: enforce\nmax_age: 60\n"],
    ["a server that is none", GOOD.replace("mail.a.example", "*")],
    ["a star in the middle", GOOD.replace("mail.a.example", "mail.*.example")],
  ])("says no to %s", (_what, text) => {
    expect(parseStsPolicy(text).ok).toBe(false);
  });
  it("never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseStsPolicy(text)));
  });
});

describe("allowsMx", () => {
  it("takes a star for exactly one label", () => {
    expect(allowsMx(["*.b.example"], "mx.b.example")).toBe(true);
    for (const host of ["b.example", "a.mx.b.example", ".b.example", "mxb.example", "mx.b.example.org"])
      expect(allowsMx(["*.b.example"], host)).toBe(false);
    expect(allowsMx(["mail.a.example"], "mail.a.example")).toBe(true);
    expect(allowsMx(["mail.a.example"], "xmail.a.example")).toBe(false);
    expect(allowsMx([], "mail.a.example")).toBe(false);
  });
});
