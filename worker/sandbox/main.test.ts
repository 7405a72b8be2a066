import { spawn } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "#db/testing/database.ts";
import { makeSender, makeWorkspace } from "#db/testing/factories.ts";
import { TestClient } from "./testing/client.ts";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.96.0.53");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function run(env: Record<string, string>) {
  const child = spawn(process.execPath, ["worker/sandbox/main.ts"], {
    env: { ...process.env, NODE_ENV: "test", LOG_LEVEL: "info", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: string[] = [];
  const heard = new Promise<void>((resolve) => {
    createInterface(child.stdout).on("line", (line) => {
      lines.push(line);
      resolve();
    });
  });
  return { child, lines, heard };
}

test("the process keeps what it receives and publishes sender domains; a second one says what is wrong", async () => {
  const { url, db, sql } = await testDatabase();
  const sender = await makeSender(db, (await makeWorkspace(db)).id, { publicKey: "AAAA" });
  const [smtp, dns, https] = [await freePort(), await freePort(), await freePort()];
  const env = {
    DATABASE_URL: url,
    APP_SECRET: "test-secret-test-secret-test-secret",
    SANDBOX_BLOCK: "127.96",
    SANDBOX_SMTP_PORT: String(smtp),
    SANDBOX_DNS_PORT: String(dns),
    SANDBOX_HTTPS_PORT: String(https),
  };
  const { child, lines, heard } = run(env);
  await heard;
  expect(lines[0]).toContain("the sandbox is ready");

  const resolver = new Resolver();
  resolver.setServers([`127.96.0.53:${dns}`]);
  expect(await resolver.resolveTxt(`lm1._domainkey.${sender.domain}`)).toEqual([["v=DKIM1; k=rsa; p=AAAA"]]);
  expect(await resolver.resolveMx(`bounces.${sender.domain}`)).toHaveLength(1);
  expect(await resolver.resolveMx(sender.domain)).toHaveLength(2);
  const [mx] = await resolver.resolveMx("icloud.com");
  const [address = ""] = await resolver.resolve4(mx?.exchange ?? "");
  const client = await TestClient.ready(address, smtp);
  const to = "zoe+open@icloud.com";
  expect((await client.send(to, { from: `b+1@bounces.${sender.domain}` })).at(-1)).toMatch(/^250/);
  client.destroy();

  const other = run(env);
  const [code] = await once(other.child, "exit");
  expect(code).toBe(1);
  expect(other.lines.join("\n")).toMatch(/is taken: another sandbox may be running/);

  child.kill("SIGTERM");
  const [ended] = await once(child, "exit");
  expect(ended).toBe(0);
  expect(await sql`select provider, size > 0 as filled from sandbox_mails where rcpt_to = ${to}`).toEqual([
    { provider: "apple", filled: true },
  ]);
});
