import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterEach, describe, expect, test } from "vitest";
import { type Certificate, issueCertificate } from "../sandbox/tls.ts";
import { type DialContext, dialSite, HostMemory } from "./dial.ts";
import type { Source } from "./source.ts";

const HOST = "smtp.relay.example";
const authority = issueCertificate({ name: "Our authority", hosts: [], isAuthority: true });
const stranger = issueCertificate({ name: "Somebody else", hosts: [], isAuthority: true });
const signed = issueCertificate({ name: HOST, hosts: [HOST], issuer: authority });

const servers: SMTPServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise<void>((done) => server.close(done));
});

/** A real SMTP server with TLS, and what it was told: log-ins and mails. */
async function serve(certificate: Certificate | null, options: { wrapped?: boolean; chain?: string } = {}) {
  const heard = { logins: [] as string[], mails: 0, port: 0 };
  const server = new SMTPServer({
    ...(certificate ? { key: certificate.key, cert: certificate.cert + (options.chain ?? "") } : {}),
    secure: options.wrapped ?? false,
    disabledCommands: certificate ? [] : ["STARTTLS"],
    allowInsecureAuth: true,
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    onAuth(auth, _session, done) {
      heard.logins.push(`${auth.username}:${auth.password}`);
      done(null, { user: auth.username });
    },
    onData(stream, _session, done) {
      stream.resume();
      stream.on("end", () => {
        heard.mails += 1;
        done();
      });
    },
  });
  server.on("error", () => {});
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  heard.port = (server.server.address() as AddressInfo).port;
  return heard;
}

const context = (port: number, certificates = ""): DialContext => ({
  hosts: new HostMemory(),
  addresses: async () => ["127.0.0.1"],
  dane: async () => ({ kind: "none" }),
  smtpPort: port,
  certificates,
  network: { network: "sandbox", hasOwnDns: false },
});

function relay(port: number, values: Partial<NonNullable<Source["relay"]>> = {}): Source {
  const auth = { user: "mill", password: "flour" };
  const limits = { connections: 1, messagesPerConnection: 1, messagesPerSecond: 1, connectionsPerMinute: 1 };
  return {
    id: 1,
    revision: 1,
    kind: "relay",
    ip: null,
    heloName: "out.example",
    relay: {
      host: HOST,
      port,
      tls: "starttls",
      auth,
      certificate: null,
      limits: { ...limits, tls: "opportunistic", idleSeconds: 60 },
      ...values,
    },
  };
}

const MAIL = { from: "b@x.example", to: "ann@y.example", bytes: Buffer.from("Subject: x\r\n\r\nx\r\n") };

async function dial(source: Source, on: DialContext) {
  const dialled = await dialSite(
    on,
    source,
    { mx: [{ host: "mx.y.example", preference: 1 }], demand: null },
    "opportunistic",
  );
  if (!dialled.ok) return dialled.failure;
  const sent = await dialled.connection.send(MAIL);
  dialled.connection.destroy();
  return sent;
}

describe.each([
  ["STARTTLS", { tls: "starttls" }, false],
  ["TLS from the start", { tls: "tls" }, true],
] as const)("a relay with %s", (_name, tls, wrapped) => {
  test("hears the password only where its certificate is good for its name", async () => {
    const server = await serve(signed, { wrapped });
    const trusted = context(server.port, authority.cert);
    expect(await dial(relay(server.port, tls), trusted)).toMatchObject({ kind: "reply", code: 250 });
    expect(server.logins).toEqual(["mill:flour"]);
    const elsewhere = relay(server.port, { ...tls, host: "smtp.other.example" });
    expect(await dial(elsewhere, trusted)).toMatchObject({
      kind: "tls",
      text: `The certificate is not for smtp.other.example: it names DNS:${HOST}.`,
    });
    expect(server.logins).toHaveLength(1);
  });

  test("hears nothing where nobody known signed it, or it is too old", async () => {
    const old = issueCertificate({ name: HOST, hosts: [HOST], issuer: authority, validDays: -2 });
    const itself = issueCertificate({ name: HOST, hosts: [HOST] });
    for (const [certificate, known, words] of [
      [signed, "", /authority that signed it is not known/],
      [signed, stranger.cert, /authority that signed it is not known/],
      [itself, authority.cert, /signed by itself/],
      [old, authority.cert, /expired/],
    ] as const) {
      const server = await serve(certificate, { wrapped });
      const failure = await dial(relay(server.port, tls), context(server.port, known));
      expect(failure).toMatchObject({ kind: "tls", stage: "tls", certificate: certificate.cert });
      expect(failure.text).toMatch(words);
      expect(server).toMatchObject({ logins: [], mails: 0 });
    }
  });

  test("is believed with the certificate that it is pinned to, whatever its name and dates, and with no other", async () => {
    const itself = issueCertificate({ name: "box", hosts: [], validDays: -2 });
    const server = await serve(itself, { wrapped });
    const pinned = relay(server.port, { ...tls, certificate: itself.cert });
    expect(await dial(pinned, context(server.port))).toMatchObject({ kind: "reply", code: 250 });
    const impostor = await serve(signed, { wrapped });
    const fooled = relay(impostor.port, { ...tls, certificate: itself.cert });
    expect(await dial(fooled, context(impostor.port, authority.cert))).toMatchObject({ kind: "tls" });
    expect(impostor).toMatchObject({ logins: [], mails: 0 });
  });

  test("is believed with an authority of one's own, or the middle of a chain", async () => {
    const middle = issueCertificate({ name: "Middle", hosts: [], isAuthority: true, issuer: authority });
    const leaf = issueCertificate({ name: HOST, hosts: [HOST], issuer: middle });
    const server = await serve(leaf, { wrapped, chain: middle.cert });
    for (const certificate of [authority.cert, middle.cert]) {
      const source = relay(server.port, { ...tls, certificate });
      expect(await dial(source, context(server.port))).toMatchObject({ kind: "reply", code: 250 });
    }
  });
});

test("a relay that offers no encryption hears no password unless it is set to none", async () => {
  const server = await serve(null);
  expect(await dial(relay(server.port), context(server.port))).toMatchObject({ kind: "tls" });
  expect(server.logins).toEqual([]);
  const clear = relay(server.port, { tls: "none" });
  expect(await dial(clear, context(server.port))).toMatchObject({ kind: "reply", code: 250 });
  expect(server.logins).toEqual(["mill:flour"]);
});

test("in the sandbox a relay's address outside this machine is not gone to; localhost needs no DNS", async () => {
  const server = await serve(null);
  const outside = relay(server.port, { host: "192.0.2.7", tls: "none" });
  expect(await dial(outside, context(server.port))).toMatchObject({
    kind: "network",
    text: "192.0.2.7 is outside this machine, and the sandbox is on: nothing leaves it.",
  });
  const here = relay(server.port, { host: "localhost", tls: "none" });
  const asked: string[] = [];
  const addresses = async (host: string) => {
    asked.push(host);
    return [host];
  };
  expect(await dial(here, { ...context(server.port), addresses })).toMatchObject({ code: 250 });
  expect(asked).toEqual(["127.0.0.1"]);
});

describe("a mail server of a receiver", () => {
  const direct: Source = {
    id: 2,
    revision: 1,
    kind: "ip",
    ip: "127.0.0.1",
    heloName: "out.example",
    relay: null,
  };
  const mx = { mx: [{ host: HOST, preference: 10 }], demand: null };

  test("may show any certificate where encryption is opportunistic or merely required", async () => {
    const server = await serve(issueCertificate({ name: "x", hosts: [], validDays: -2 }));
    for (const tls of ["opportunistic", "required"] as const) {
      const dialled = await dialSite(context(server.port), direct, mx, tls);
      expect(dialled.ok && dialled.connection.isEncrypted).toBe(true);
      if (dialled.ok) dialled.connection.destroy();
    }
  });

  test("has to show a good one where its provider is verified; then clear text is no way out", async () => {
    const server = await serve(signed);
    const dialled = await dialSite(context(server.port, authority.cert), direct, mx, "verified");
    expect(dialled.ok && dialled.connection.isEncrypted).toBe(true);
    if (dialled.ok) dialled.connection.destroy();
    const doubtful = await dialSite(context(server.port), direct, mx, "verified");
    expect(doubtful).toMatchObject({ ok: false, failure: { kind: "tls" } });
    const clear = await serve(null);
    expect(await dialSite(context(clear.port), direct, mx, "verified")).toMatchObject({
      ok: false,
      failure: { kind: "tls" },
    });
  });

  test("on this machine is not gone to where the world's DNS named it", async () => {
    const server = await serve(null);
    const world = { ...context(server.port), network: { network: "internet", hasOwnDns: false } as const };
    expect(await dialSite(world, direct, mx, "opportunistic")).toMatchObject({
      ok: false,
      failure: { text: `${HOST}: DNS gives it the address 127.0.0.1, which is this machine.` },
    });
    const own = { ...world, network: { network: "internet", hasOwnDns: true } as const };
    const dialled = await dialSite(own, direct, mx, "opportunistic");
    expect(dialled.ok).toBe(true);
    if (dialled.ok) dialled.connection.destroy();
  });
});
