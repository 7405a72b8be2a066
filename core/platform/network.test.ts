import { describe, expect, it } from "vitest";
import { readEnv } from "./env.ts";
import { effectiveNetwork } from "./network.ts";

const needed = { DATABASE_URL: "postgres://a@b/c", APP_SECRET: "x".repeat(32) };
const network = (more: Record<string, string>, row: "sandbox" | "internet") =>
  effectiveNetwork(readEnv({ NODE_ENV: "test", ...needed, ...more }), { network: row });

describe("effectiveNetwork", () => {
  it("keeps all questions and all mail inside the sandbox", () => {
    expect(
      network({ SANDBOX_BLOCK: "127.61", SANDBOX_DNS_PORT: "4700", SANDBOX_SMTP_PORT: "4701" }, "sandbox"),
    ).toEqual({
      network: "sandbox",
      dnsServers: [{ host: "127.61.0.53", port: 4700 }],
      smtpPort: 4701,
      policyPort: 4435,
      hasOwnDns: false,
      certificates: "",
      locked: null,
    });
  });
  it("believes the sandbox's certificate in the sandbox alone, and a given file in both", () => {
    const row = { network: "sandbox", sandboxCertificate: "PEM" } as const;
    const env = readEnv({ NODE_ENV: "test", ...needed });
    expect(effectiveNetwork(env, row).certificates).toBe("PEM");
    expect(effectiveNetwork(env, { ...row, network: "internet" }).certificates).toBe("");
    const given = { ...env, smtpCertificates: "OURS" };
    expect(effectiveNetwork(given, row).certificates).toBe("OURS");
    expect(effectiveNetwork(given, { ...row, network: "internet" }).certificates).toBe("OURS");
    expect(() => readEnv({ NODE_ENV: "test", ...needed, SMTP_CA_FILE: import.meta.filename })).toThrow(
      /SMTP_CA_FILE must name/,
    );
  });
  it("takes the given servers and port in either network", () => {
    const given = { DNS_SERVERS: "192.0.2.1,[2001:db8::1]:54", SMTP_PORT: "2600" };
    const servers = [
      { host: "192.0.2.1", port: 53 },
      { host: "2001:db8::1", port: 54 },
    ];
    for (const row of ["sandbox", "internet"] as const) {
      expect(network(given, row)).toMatchObject({ network: row, dnsServers: servers, smtpPort: 2600 });
    }
  });
  it("lets the environment win over the row, and says so", () => {
    const set = network({ NETWORK: "internet", APP_URL: "https://mail.example.com" }, "sandbox");
    expect(set).toMatchObject({
      network: "internet",
      smtpPort: 25,
      locked: expect.stringMatching(/NETWORK is set to internet/),
    });
    expect(network({ NETWORK: "sandbox" }, "internet")).toMatchObject({ network: "sandbox", smtpPort: 2525 });
  });
  it("asks the machine's own resolvers on the internet", () => {
    const { dnsServers } = network({}, "internet");
    for (const server of dnsServers)
      expect(server).toMatchObject({ host: expect.any(String), port: expect.any(Number) });
  });
});
