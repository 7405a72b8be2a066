import { NextRequest } from "next/server";
import { expect, test } from "vitest";
import { proxy } from "../../proxy.ts";

const policyOf = (path: string) =>
  proxy(new NextRequest(`http://localhost:3000${path}`)).headers.get("content-security-policy") ?? "";

test("scripts need a nonce that no other request has", () => {
  const [one, two] = [policyOf("/nordkai"), policyOf("/nordkai")].map(
    (policy) => /'nonce-([^']{24})'/.exec(policy)?.[1],
  );
  expect(one).toBeTruthy();
  expect(one).not.toBe(two);
  expect(/script-src ([^;]*)/.exec(policyOf("/"))?.[1]).not.toMatch(/unsafe-inline|unsafe-eval|\*/);
});

test("only sign-up forms may stand in other people's pages", () => {
  expect(policyOf("/f/abc")).toContain("frame-ancestors *");
  for (const path of ["/", "/login", "/nordkai/f/x", "/forms", "/p/token", "/u/token"]) {
    expect(policyOf(path)).toContain("frame-ancestors 'self'");
  }
});
