import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type Certificate, issueCertificate } from "#worker/sandbox/tls.ts";
import type { DnsAnswer } from "./dns.ts";
import { fetchPolicy } from "./fetch-policy.ts";

const HOST = "mta-sts.a.example";
const authority = issueCertificate({ name: "Our authority", hosts: [], isAuthority: true });
const good = issueCertificate({ name: HOST, hosts: [HOST], issuer: authority });
const POLICY = "version: STSv1\nmode: enforce\nmx: mail.a.example\nmax_age: 86400\n";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A real HTTPS server, and what was asked of it. */
async function serve(answer: RequestListener, { key, cert }: Certificate = good) {
  const heard: string[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    heard.push(`${request.method} ${request.headers.host}${request.url}`);
    answer(request, response);
  }).listen(0, "127.0.0.1");
  server.on("tlsClientError", () => {});
  servers.push(server);
  await once(server, "listening");
  return { heard, port: (server.address() as AddressInfo).port };
}

const says =
  (
    text: string,
    status = 200,
    headers: Record<string, string> = { "content-type": "text/plain" },
  ): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end(text);

function ask(
  port: number,
  options: { address?: string; network?: "sandbox" | "internet"; timeoutMs?: number } = {},
) {
  const { address = "127.0.0.1", network = "sandbox", timeoutMs = 2_000 } = options;
  return fetchPolicy("a.example", {
    dns: { addresses: async (): Promise<DnsAnswer<string>> => ({ kind: "found", records: [address] }) },
    network: { network, policyPort: port, certificates: authority.cert },
    timeoutMs,
  });
}

describe("fetchPolicy", () => {
  test("gets the policy from the place that RFC 8461 names", async () => {
    const { port, heard } = await serve(says(POLICY, 200, { "content-type": "Text/Plain; charset=utf-8" }));
    expect(await ask(port)).toEqual({
      ok: true,
      policy: { mode: "enforce", mx: ["mail.a.example"], maxAge: 86_400 },
    });
    expect(heard).toEqual([`GET ${HOST}/.well-known/mta-sts.txt`]);
  });

  test.each([
    ["not there", says("no", 404), /answered 404; only 200 counts/],
    [
      "elsewhere: redirects are not followed",
      says("", 301, { location: "https://b.example/" }),
      /answered 301/,
    ],
    ["a web page", says(POLICY, 200, { "content-type": "text/html" }), /not plain text/],
    ["larger than 64 KB", says(`${POLICY}${"\n".repeat(65_536)}`), /larger than 64 KB/],
    ["no policy", says("hello"), /a line that is not/],
    [
      "cut off",
      (_: unknown, response: Parameters<RequestListener>[1]) => {
        response.writeHead(200, { "content-type": "text/plain", "content-length": "900" });
        response.write(POLICY, () => response.destroy());
      },
      /hung up before the end|could not be read/,
    ],
    ["never said", () => {}, /took longer than 0\.3 s/],
  ] as const)("says why it has none where it is %s", async (_what, answer, words) => {
    const { port } = await serve(answer as RequestListener);
    const got = await ask(port, { timeoutMs: 300 });
    expect(got).toMatchObject({ ok: false, problem: expect.stringMatching(words) });
  });

  test("believes no certificate of another name, of nobody known, or of yesterday", async () => {
    const itself = issueCertificate({ name: HOST, hosts: [HOST] });
    const other = issueCertificate({ name: "a.example", hosts: ["a.example"], issuer: authority });
    const old = issueCertificate({ name: HOST, hosts: [HOST], issuer: authority, validDays: -2 });
    for (const [certificate, words] of [
      [itself, /self-signed/],
      [other, /does not match/],
      [old, /expired/],
    ] as const) {
      const { port, heard } = await serve(says(POLICY), certificate);
      expect(await ask(port)).toMatchObject({ ok: false, problem: expect.stringMatching(words) });
      expect(heard).toEqual([]);
    }
  });

  test("goes to no address of our own network, and in the sandbox to none outside this machine", async () => {
    const { port, heard } = await serve(says(POLICY));
    for (const address of [
      "127.0.0.1",
      "10.0.0.5",
      "192.168.1.1",
      "169.254.169.254",
      "::1",
      "fd00::1",
      "::ffff:10.0.0.5",
      "0.0.0.0",
    ])
      expect(await ask(port, { address, network: "internet" })).toMatchObject({
        ok: false,
        problem: expect.stringContaining("not one of the public internet"),
      });
    expect(await ask(port, { address: "192.0.2.1" })).toMatchObject({ ok: false });
    expect(heard).toEqual([]);
  });
});
