import fc from "fast-check";
import { simpleParser } from "mailparser";
import { describe, expect, it } from "vitest";
import { type AddressFault, asciiDomain, formatMailbox, parseAddress, parseOwnAddress } from "./address.ts";

function fault(typed: string): AddressFault | "accepted" {
  const result = parseAddress(typed);
  return result.ok ? "accepted" : result.reason;
}

describe("parseAddress", () => {
  it("refuses what no server would take, and says why", () => {
    const refused: [string, AddressFault][] = [
      ["", "empty"],
      [" \u200b\t", "empty"],
      ["joe", "no-at"],
      ["@example.com", "no-at"],
      ["joe@", "no-at"],
      ["joe@example.com\r\nBcc: x@y.example", "control-characters"],
      ["jo\u0000e@example.com", "control-characters"],
      ["jo e@example.com", "spaces"],
      ["joe@exa mple.com", "spaces"],
      ["Joe <joe@example.com>", "spaces"],
      ["<joe@example.com>", "local"],
      ['"joe"@example.com', "quoted"],
      ["joe@x@example.com", "local"],
      ["a@example.com,b@example.com", "local"],
      [".joe@example.com", "local"],
      ["joe..b@example.com", "local"],
      ["jö\u200b@example.com", "local"],
      ["jo\u202ee@example.com", "local"],
      ["j😀@example.com", "local"],
      [`${"ö".repeat(33)}@example.com`, "too-long"],
      ["joe@localhost", "domain"],
      ["joe@[127.0.0.1]", "domain"],
      ["joe@127.0.0.1", "domain"],
      ["joe@0x7f.1", "domain"],
      ["joe@example.com.", "domain"],
      ["joe@-example.com", "domain"],
      ["joe@exa_mple.com", "domain"],
      ["joe@example.com/path", "domain"],
      ["joe@example.com:25", "domain"],
      ["joe@%65xample.com", "domain"],
      ["joe@ü%2eexample.com", "domain"],
      [`joe@${"a".repeat(64)}.com`, "domain"],
      [`${"a".repeat(65)}@example.com`, "too-long"],
      [`${"a".repeat(60)}@${"abcdefg.".repeat(30)}com`, "too-long"],
      [`${"a".repeat(5000)}@example.com`, "too-long"],
    ];
    for (const [typed, reason] of refused) expect([typed, fault(typed)]).toEqual([typed, reason]);
  });

  it("keeps the address as typed and folds case for its identity only", () => {
    expect(parseAddress("  Joe.Bloggs+News@EXAMPLE.com \u200b")).toEqual({
      ok: true,
      address: "Joe.Bloggs+News@EXAMPLE.com",
      addressKey: "joe.bloggs+news@example.com",
      local: "Joe.Bloggs+News",
      domain: "example.com",
    });
    expect(parseAddress("o'neil@bücher.Example")).toMatchObject({
      address: "o'neil@bücher.Example",
      addressKey: "o'neil@xn--bcher-kva.example",
      domain: "xn--bcher-kva.example",
    });
    expect(asciiDomain("例え。テスト")).toBe("xn--r8jz45g.xn--zckzah");
  });

  it("takes a local part in any script, folded in one way (RFC 6532); never as an address of our own", () => {
    expect(parseAddress("Jo\u0308rg.Ä@BÜCHER.example")).toEqual({
      ok: true,
      address: "jörg.ä@BÜCHER.example",
      addressKey: "jörg.ä@xn--bcher-kva.example",
      local: "jörg.ä",
      domain: "xn--bcher-kva.example",
    });
    expect(fault("用户@例え.テスト")).toBe("accepted");
    expect(parseOwnAddress("jörg@example.com")).toEqual({ ok: false, reason: "local-not-ascii" });
    expect(parseOwnAddress("joerg@bücher.example").ok).toBe(true);
    expect(formatMailbox("Jörg", "jörg@example.com")).toBe("=?UTF-8?Q?J=C3=B6rg?= <jörg@example.com>");
  });

  it("never throws, and what it accepts is safe on the wire and accepted again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (local, domain) => {
        const parsed = parseAddress(`${local}@${domain}`);
        if (!parsed.ok) return;
        const wire = `${parsed.local}@${parsed.domain}`;
        expect(wire).toMatch(/^[\x21-\x7e\p{L}\p{M}\p{N}]+@[a-z0-9.-]+$/u);
        expect(parseAddress(wire)).toMatchObject({ ok: true, addressKey: parsed.addressKey });
      }),
    );
  });
});

describe("formatMailbox", () => {
  it("refuses an address that could open another header or recipient", () => {
    for (const address of [
      "a@b.example\r\nBcc: c@d.example",
      "a@b.example, c@d.example",
      "a@b.example> <c@d.example",
    ]) {
      expect(() => formatMailbox("Joe", address)).toThrow(/address/);
    }
  });

  it("writes IDN as A-labels and leaves empty names out", () => {
    expect(formatMailbox("Jo", "jo@bücher.example")).toBe("Jo <jo@xn--bcher-kva.example>");
    expect(formatMailbox(" \r\n ", "jo@b.example")).toBe("jo@b.example");
  });

  it("gives any name back to one recipient, in lines of ASCII", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 120 }), async (name) => {
        const value = formatMailbox(name, "joe@example.com");
        expect(value).toMatch(/^[\x20-\x7e]*(?:\r\n [\x20-\x7e]+)*$/);
        for (const line of value.split("\r\n")) expect(line.length).toBeLessThanOrEqual(78);
        const mail = await simpleParser(`To: ${value}\r\n\r\nx`);
        const to = mail.to && !Array.isArray(mail.to) ? mail.to.value : [];
        expect(to).toHaveLength(1);
        expect(to[0]?.address).toBe("joe@example.com");
      }),
      { numRuns: 300 },
    );
  });
});
