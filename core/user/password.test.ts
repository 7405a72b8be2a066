import { expect, test } from "vitest";
import { hashPassword, verifyPassword } from "./password.ts";

test("a password is known again in any Unicode form, and only it", async () => {
  const hash = await hashPassword("Bräunlich, ﬁne 🔑");
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(await verifyPassword(hash, "Bra\u0308unlich, fine 🔑")).toBe(true);
  expect(await verifyPassword(hash, "braunlich, fine 🔑")).toBe(false);
  expect(await hashPassword("same")).not.toBe(await hashPassword("same"));
});

test("no account and a damaged hash are never right, whatever is typed", async () => {
  for (const stored of [null, "", "plain", "$argon2id$v=19$m=1$x"]) {
    expect(await verifyPassword(stored, "")).toBe(false);
  }
});

test("a hash with another cost is still read", async () => {
  const hash = await hashPassword("x");
  expect(await verifyPassword(hash.replace("t=2", "t=3"), "x")).toBe(false);
});
