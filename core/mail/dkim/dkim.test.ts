import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import { describe, expect, it } from "vitest";
import { canonicalBody, canonicalHeader } from "./canonical.ts";
import { dkimPublicKey, generateDkimKey } from "./key.ts";
import { signMessage } from "./sign-message.ts";
import { dkimSigner } from "./signer.ts";

const key = await generateDkimKey();
const signer = dkimSigner({
  domain: "a.example",
  selector: "s1",
  privateKey: createPrivateKey(key.privateKeyPem),
});
const at = new Date("2026-11-22T23:45:00Z");

async function verify(message: Buffer): Promise<string[]> {
  const { results } = await dkimVerify(message, { resolver: async () => [[key.record]] });
  return results.map((result) => result.status.result);
}

describe("canonicalBody", () => {
  it("is what RFC 6376 3.4.5 shows", () => {
    expect(canonicalBody(Buffer.from(" C \r\nD \t E\r\n\r\n\r\n")).toString()).toBe(" C\r\nD E\r\n");
  });

  it("keeps the same buffer where there is nothing to do", () => {
    for (const body of ["", "a\r\n", "a b\r\n\r\nc\r\n", " a\r\n"]) {
      const bytes = Buffer.from(body);
      expect(canonicalBody(bytes)).toBe(bytes);
    }
  });

  it("agrees with mailauth on any body", async () => {
    const body = fc.array(fc.constantFrom("\r\n", " ", "\t", "a", "b.", "é", "  "), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(body, async (parts) => {
        const message = Buffer.from(`From: a@a.example\r\n\r\n${parts.join("")}`);
        expect(await verify(signMessage(message, [signer], at))).toEqual(["pass"]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("dkimSigner", () => {
  it("refuses keys that receivers do not accept", () => {
    const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const short = generateKeyPairSync("rsa", { modulusLength: 512 }).privateKey;
    for (const privateKey of [ec, short]) {
      expect(() => dkimSigner({ domain: "a.example", selector: "s", privateKey })).toThrow(/RSA or Ed25519/);
    }
  });

  it("makes headers of the length it names, for any key size and selector", () => {
    for (const modulusLength of [1024, 2048, 3072]) {
      const { privateKey } = generateKeyPairSync("rsa", { modulusLength });
      const one = dkimSigner({ domain: "xn--bcher-kva.example", selector: "lm-2026", privateKey });
      const header = one.sign([["From", "a@a.example"]], "x".repeat(44), at);
      expect(header).toHaveLength(one.headerLength);
      for (const line of header.split("\r\n")) expect(line.length).toBeLessThanOrEqual(78);
    }
  });

  it("publishes the key that fits", () => {
    expect(dkimPublicKey(key.privateKeyPem)).toBe(key.publicKeyBase64);
    expect(key.record).toBe(`v=DKIM1; k=rsa; p=${key.publicKeyBase64}`);
  });
});

describe("signMessage", () => {
  it("signs folded and repeated headers and untidy bodies", async () => {
    const messages = [
      "From: a@a.example\r\nSubject: a  b\r\n\tc \r\n\r\nx  y \t\r\n\r\n\r\n",
      "from : a@a.example\r\nSubject:\r\nReceived: 1\r\nReceived: 2\r\n\r\n",
      "From: a@a.example\r\nTo: x@a.example\r\n\r\nno line break at the end ",
    ];
    for (const message of messages) {
      expect(await verify(signMessage(Buffer.from(message), [signer], at))).toEqual(["pass"]);
    }
  });

  it("does not survive a changed body or a second From", async () => {
    const signed = signMessage(Buffer.from("From: a@a.example\r\n\r\nhello\r\n"), [signer], at);
    expect(await verify(Buffer.from(signed.toString().replace("hello", "hallo")))).not.toContain("pass");
    expect(await verify(Buffer.concat([Buffer.from("From: b@b.example\r\n"), signed]))).not.toContain("pass");
  });

  it("refuses what has no headers", () => {
    expect(() => signMessage(Buffer.from("hello"), [signer], at)).toThrow();
  });

  it("reads headers as others do", () => {
    expect(canonicalHeader("SUBJect", " AbC\r\n  d \t e ")).toBe("subject:AbC d e");
  });
});
