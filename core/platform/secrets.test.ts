import { describe, expect, test } from "vitest";
import { decryptSecret, deriveKey, encryptSecret, firstRunToken } from "./secrets.ts";

const SECRET = "a secret of thirty-two characters";

describe("secrets at rest", () => {
  test("come back as they were", () => {
    for (const plain of ["", "päßwörd 🔑", "x".repeat(10_000)]) {
      expect(decryptSecret(SECRET, "relay:1", encryptSecret(SECRET, "relay:1", plain))).toBe(plain);
    }
    expect(encryptSecret(SECRET, "relay:1", "same")).not.toBe(encryptSecret(SECRET, "relay:1", "same"));
  });

  test("are refused after any change of a single byte", () => {
    const sealed = encryptSecret(SECRET, "relay:1", "password");
    const bytes = Buffer.from(sealed.slice(3), "base64url");
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => decryptSecret(SECRET, "relay:1", `v1.${changed.toString("base64url")}`)).toThrow(
        "cannot be read",
      );
    }
  });

  test("are refused elsewhere, with another secret, cut, or of another version", () => {
    const sealed = encryptSecret(SECRET, "relay:1", "password");
    expect(() => decryptSecret(SECRET, "relay:2", sealed)).toThrow("cannot be read");
    expect(() => decryptSecret(`${SECRET}!`, "relay:1", sealed)).toThrow("cannot be read");
    expect(() => decryptSecret(SECRET, "relay:1", sealed.slice(0, 20))).toThrow("Not an encrypted secret");
    expect(() => decryptSecret(SECRET, "relay:1", sealed.replace("v1", "v2"))).toThrow(
      "Not an encrypted secret",
    );
    expect(() => decryptSecret(SECRET, "relay:1", "")).toThrow("Not an encrypted secret");
  });
});

test("each purpose has a key of its own", () => {
  expect(deriveKey(SECRET, "one")).toHaveLength(32);
  expect(deriveKey(SECRET, "one").equals(deriveKey(SECRET, "two"))).toBe(false);
});

test("the first-run token is readable and stable", () => {
  expect(firstRunToken(SECRET)).toMatch(/^[0-9a-hj-km-np-tv-z]{4}(-[0-9a-hj-km-np-tv-z]{4}){2}$/);
  expect(firstRunToken(SECRET)).toBe(firstRunToken(SECRET));
  expect(firstRunToken(`${SECRET}!`)).not.toBe(firstRunToken(SECRET));
});
