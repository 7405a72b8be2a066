import { NextRequest } from "next/server";
import { beforeAll, expect, test, vi } from "vitest";
import { CoreError } from "#core/platform/context.ts";
import { testDatabase } from "#db/testing/database.ts";

vi.mock("next/headers", () => ({
  cookies: async () => ({ get: () => undefined }),
  headers: async () => new Headers(),
}));

beforeAll(async () => {
  process.env.DATABASE_URL = (await testDatabase()).url;
});

const request = (method: string, headers: Record<string, string> = {}) =>
  new NextRequest("http://localhost:3000/x/images", {
    method,
    headers: { host: "localhost:3000", ...headers },
  });
const params = { params: Promise.resolve({ workspace: "x" }) };

test("writing needs a browser that came from here", async () => {
  const { userRoute, workspaceRoute } = await import("./route.ts");
  const handler = async () => new Response("done");
  for (const route of [userRoute(handler), workspaceRoute("viewer", handler)]) {
    for (const headers of [
      {},
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "http://localhost:3000", "sec-fetch-site": "cross-site" },
    ] as Record<string, string>[]) {
      const answer = await route(request("POST", headers), params);
      expect([answer.status, (await answer.json()).reason]).toEqual([
        403,
        "This request came from another site.",
      ]);
    }
    // From here, but logged out.
    for (const headers of [
      { origin: "http://localhost:3000" },
      { "sec-fetch-site": "same-origin" },
    ] as Record<string, string>[]) {
      expect(await (await route(request("POST", headers), params)).json()).toMatchObject({
        reason: expect.stringContaining("logged out"),
      });
    }
  }
});

test("public routes take anybody, and errors of core become their status", async () => {
  const { publicRoute } = await import("./route.ts");
  const say = (error: unknown) => publicRoute(() => Promise.reject(error));
  expect(
    (
      await publicRoute(async () => new Response("ok"))(
        request("POST", { origin: "https://other.example" }),
        params,
      )
    ).status,
  ).toBe(200);
  for (const [code, status] of [
    ["forbidden", 403],
    ["not-found", 404],
    ["conflict", 409],
    ["invalid", 400],
  ] as const) {
    expect((await say(new CoreError(code, "no"))(request("GET"), params)).status).toBe(status);
  }
  const surprise = await say(new Error("secret detail"))(request("GET"), params);
  expect(surprise.status).toBe(500);
  expect(await surprise.text()).not.toContain("secret");
});
