import { describe, expect, test } from "vitest";
import { EnvError, readEnv } from "./env.ts";

const GOOD = {
  NODE_ENV: "test",
  DATABASE_URL: "postgres://a:b@localhost/c",
  APP_SECRET: "x".repeat(32),
} as const;

function sentencesOf(source: Record<string, string | undefined>): string[] {
  try {
    readEnv({ ...GOOD, ...source } as NodeJS.ProcessEnv);
    return [];
  } catch (error) {
    if (error instanceof EnvError) return error.sentences;
    throw error;
  }
}

describe("readEnv", () => {
  test("tells all mistakes at once, one sentence each", () => {
    const sentences = sentencesOf({
      DATABASE_URL: "mysql://x",
      APP_SECRET: "short",
      PORT: "http",
      DNS_SERVERS: "127.0.0.1:53 dns.example",
      INBOUND_LISTEN: "25",
      NETWORK: "practice",
      WORKER_PROCESSES: "0",
      SANDBOX_BLOCK: "10.1",
      APP_URL: "https://mail.example.com/path",
    });
    expect(sentences).toHaveLength(9);
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z_]+ (must|is) .*\.$/);
    expect(sentences.join()).not.toContain("short");
  });

  test.each(["127.300", "127", "127.0.0", "192.168"])("refuses %s as a sandbox block", (SANDBOX_BLOCK) => {
    expect(sentencesOf({ SANDBOX_BLOCK })).toHaveLength(1);
  });

  test.each(["-1", "70000", "1e3", "0x10", "80 80"])("refuses %s as a port", (PORT) => {
    expect(sentencesOf({ PORT })).toHaveLength(1);
  });

  test("wants a database and a secret", () => {
    expect(sentencesOf({ DATABASE_URL: "", APP_SECRET: undefined })).toEqual([
      expect.stringContaining("DATABASE_URL is not set"),
      expect.stringContaining("APP_SECRET is not set"),
    ]);
  });

  test("wants an https address on the internet", () => {
    expect(sentencesOf({ NETWORK: "internet" })).toEqual([expect.stringContaining("https")]);
    expect(sentencesOf({ NETWORK: "internet", APP_URL: "http://mail.example.com" })).toHaveLength(1);
    expect(sentencesOf({ NETWORK: "internet", APP_URL: "https://mail.example.com" })).toEqual([]);
  });

  test("fills in what is not said", () => {
    const env = readEnv({ ...GOOD, PORT: "4000", APP_URL: " " });
    expect(env).toMatchObject({
      appUrl: "http://localhost:4000",
      hasAppUrl: false,
      sandboxBlock: "127.53",
      trustedProxies: 0,
    });
    expect(env.workerProcesses).toBeGreaterThan(0);
    expect(env.network).toBeUndefined();
  });

  test("reads lists of addresses and IPv6", () => {
    const env = readEnv({
      ...GOOD,
      DNS_SERVERS: "127.0.0.53:5300, ::1 [::1]:54",
      INBOUND_LISTEN: "[::]:25",
      APP_URL: "https://mail.example.com/",
    });
    expect(env.dnsServers).toEqual([
      { host: "127.0.0.53", port: 5300 },
      { host: "::1", port: 53 },
      { host: "::1", port: 54 },
    ]);
    expect(env.inboundListen).toEqual({ host: "::", port: 25 });
    expect(env.appUrl).toBe("https://mail.example.com");
  });
});
