import { createSecureContext } from "node:tls";
import { describe, expect, test } from "vitest";
import { issueCertificate } from "../sandbox/tls.ts";
import { SmtpConnection } from "./connection.ts";
import { type DialContext, dialSite, HostMemory } from "./dial.ts";
import { type Circumstances, connectVerdict, judgeConnect, judgeSend } from "./outcome.ts";
import type { ConnectOptions, OutgoingMail } from "./smtp-types.ts";
import {
  FAULTS,
  type Fault,
  type FaultServer,
  faultServer,
  MOMENTS,
  type Moment,
  ODDITIES,
} from "./testing/fault-server.ts";

// What becomes of a mail when its receiver goes wrong, at each moment, over real sockets. Nothing is lost, nothing is
// called accepted or bounced that is not, only what may have arrived is uncertain, and the next mail goes.

const SHORT = { connect: 250, greeting: 250, hello: 250, mail: 250, data: 250, block: 250, dot: 250 };
const SMALL: OutgoingMail = {
  from: "b+1@bounces.example",
  to: "ann@there.example",
  bytes: Buffer.from("Subject: hi\r\n\r\nhello\r\n"),
};
/** More than the buffers of two systems hold: its end stays here while the receiver does not read. */
const LARGE: OutgoingMail = {
  ...SMALL,
  bytes: Buffer.concat([
    Buffer.from("Subject: hi\r\n\r\n"),
    Buffer.alloc(24 * 1024 * 1024, "0123456789abc\r\n"),
  ]),
};
const certificate = issueCertificate({ name: "mx.example", hosts: ["mx.example"] });
const secure = createSecureContext({ key: certificate.key, cert: certificate.cert });

const of: Circumstances = {
  recipient: {
    claimId: 1,
    epoch: 1,
    campaignId: 1,
    seq: 1,
    bucket: 200,
    address: SMALL.to,
    attempts: 0,
    firstAt: null,
  } as Circumstances["recipient"],
  sourceId: 1,
  senderDomainId: 1,
  expiresAt: null,
  provider: null,
  now: Date.now(),
  random: 0.5,
};

/** One mail on a connection of its own; what the ledger would say of it. */
async function deliver(server: FaultServer, mail = SMALL, options: Partial<ConnectOptions> = {}) {
  const opened = await SmtpConnection.open({
    address: "127.0.0.1",
    port: server.port,
    host: "mx.example",
    heloName: "out.example",
    tls: "opportunistic",
    timeouts: SHORT,
    ...options,
  });
  if (!opened.ok) {
    const { verdict, permanent, suppress } = connectVerdict(opened.failure, null);
    expect({ permanent, suppress }).toEqual({ permanent: false, suppress: false });
    return { outcome: judgeConnect(of, opened.failure, verdict), isUsable: false };
  }
  const { connection } = opened;
  const closed = new Promise<void>((done) => connection.onClose(done));
  const { outcome } = judgeSend(of, await connection.send(mail));
  const { isUsable } = connection;
  connection.quit();
  await closed;
  return { outcome, isUsable };
}

async function withServer<T>(
  options: Parameters<typeof faultServer>[0],
  work: (server: FaultServer) => Promise<T>,
): Promise<T> {
  const server = await faultServer(options);
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

const TLS_ONLY: readonly Moment[] = ["starttls", "handshake", "hello-again"];

/** Every moment with every fault, but what is one thing said twice: nothing can be said amid a handshake or a body. */
const table = MOMENTS.flatMap((moment) =>
  Object.entries(FAULTS).flatMap(([name, fault]: [string, Fault]) => {
    const isSilent = /vanishes|resets|hangs up/.test(name);
    return isSilent || (moment !== "handshake" && moment !== "body") ? [{ moment, name, fault }] : [];
  }),
);

describe.each([true, false])("a server that goes wrong (pipelining %s)", (pipelining) => {
  // Until MAIL there is nothing to pipeline, and after DATA neither.
  const differing = table.filter(({ moment }) => pipelining || ["mail", "rcpt", "data"].includes(moment));
  test.concurrent.each(differing)("$moment: it $name", async ({ moment, name, fault }) => {
    const tls = TLS_ONLY.includes(moment) ? secure : undefined;
    await withServer({ at: moment, fault, tls, pipelining }, async (server) => {
      const { outcome, isUsable } = await deliver(server);
      // With a body as short as this one all of it had left: nobody knows.
      const isUncertain = moment === "dot" || moment === "body";
      expect(outcome).toMatchObject({ kind: isUncertain ? "uncertain" : "deferred", suppress: false });
      expect(outcome.reply).toBeTruthy();
      expect(outcome.reply).not.toContain("\u0000");
      expect(outcome.reply?.length).toBeLessThan(400);
      expect(isUsable).toBe(false);
      expect(server.bodies).toBe(moment === "dot" ? 1 : 0);
      // The next mail is none the worse for it.
      expect((await deliver(server)).outcome.kind, name).toBe("accepted");
    });
  });
});

describe("the same inside of TLS", () => {
  const inside = (["mail", "rcpt", "data", "body", "dot"] as const).flatMap((moment) =>
    (["vanishes", "resets", "hangs up"] as const).map((name) => ({ moment, name })),
  );
  test.concurrent.each(inside)("$moment: it $name", async ({ moment, name }) => {
    await withServer({ at: moment, fault: FAULTS[name], tls: secure }, async (server) => {
      const { outcome, isUsable } = await deliver(server);
      expect(outcome.kind).toBe(moment === "dot" || moment === "body" ? "uncertain" : "deferred");
      expect(isUsable).toBe(false);
      expect((await deliver(server)).outcome.kind).toBe("accepted");
    });
  });
});

describe.each([
  ["in clear text", undefined],
  ["in TLS", secure],
])("a long message, %s", (_name, tls) => {
  test.concurrent.each(["vanishes", "resets", "hangs up"] as const)(
    "the server %s in the middle: nothing was handed over",
    async (name) => {
      await withServer({ at: "body", fault: FAULTS[name], tls }, async (server) => {
        const { outcome, isUsable } = await deliver(server, LARGE);
        expect(outcome).toMatchObject({
          kind: "deferred",
          verdict: expect.stringMatching(/network|protocol/),
        });
        expect(isUsable).toBe(false);
        expect(server.bodies).toBe(0);
        expect((await deliver(server)).outcome.kind).toBe("accepted");
      });
    },
  );

  test.concurrent("refused in the middle, that counts, and the connection carries nothing more", async () => {
    const fault: Fault = ({ socket }) => {
      socket.write("552 5.3.4 too much\r\n");
      socket.pause();
      return undefined;
    };
    await withServer({ at: "body", fault, tls }, async (server) => {
      const { outcome, isUsable } = await deliver(server, LARGE);
      expect(outcome).toMatchObject({ kind: "bounced", code: 552, suppress: false });
      expect(isUsable).toBe(false);
    });
  });

  test.concurrent("called taken in the middle, it is not believed", async () => {
    const fault: Fault = ({ socket }) => {
      socket.write("250 2.0.0 queued\r\n");
      socket.pause();
      return undefined;
    };
    await withServer({ at: "body", fault, tls }, async (server) => {
      const { outcome } = await deliver(server, LARGE);
      expect(outcome).toMatchObject({
        kind: "deferred",
        reply: "The server answered before it had the whole message: 250 queued",
      });
      expect(server.bodies).toBe(0);
    });
  });

  test.concurrent("read slowly, it has the time of a block for each, not for all", async () => {
    let pauses = 0;
    const fault: Fault = ({ socket }) => {
      // Together longer than the time of a block, each far shorter.
      const pause = () => {
        if (pauses++ >= 15) return;
        socket.pause();
        setTimeout(() => {
          socket.resume();
          setTimeout(pause, 5);
        }, 80);
      };
      pause();
      return "";
    };
    await withServer({ at: "body", fault, tls }, async (server) => {
      const { outcome } = await deliver(server, LARGE, { timeouts: { ...SHORT, block: 800, dot: 5_000 } });
      expect(outcome.kind).toBe("accepted");
      expect(server.bodies).toBe(1);
      expect(pauses).toBeGreaterThan(2);
    });
  });
});

describe("what is odd but plain", () => {
  const odd = (["greeting", "hello", "mail", "rcpt", "data", "dot"] as const).flatMap((moment) =>
    Object.entries(ODDITIES).map(([name, fault]: [string, Fault]) => ({ moment, name, fault })),
  );
  test.concurrent.each(odd)("$moment: an answer $name", async ({ moment, fault }) => {
    await withServer({ at: moment, fault }, async (server) => {
      const { outcome, isUsable } = await deliver(server);
      expect(outcome).toMatchObject({ kind: "accepted", code: 250 });
      expect(outcome.reply).not.toContain("\u0000");
      expect(isUsable).toBe(true);
    });
  });
});

describe("answers that nobody asked for", () => {
  const twice: Fault = ({ good }) => good + good;
  test.concurrent.each(["greeting", "hello", "mail", "rcpt", "data"] as const)(
    "at %s: what is said is no longer an answer to what was asked, so the mail waits",
    async (moment) => {
      await withServer({ at: moment, fault: twice, pipelining: false }, async (server) => {
        const { outcome, isUsable } = await deliver(server);
        expect(outcome.kind).toBe("deferred");
        expect(isUsable).toBe(false);
        expect(server.bodies).toBe(0);
        expect((await deliver(server)).outcome.kind).toBe("accepted");
      });
    },
  );

  test.concurrent("after the dot: the mail was taken, the next goes elsewhere", async () => {
    await withServer({ at: "dot", fault: twice }, async (server) => {
      expect(await deliver(server)).toMatchObject({ outcome: { kind: "accepted" }, isUsable: false });
    });
  });

  test.concurrent("while nothing is asked: the connection is given up before the next mail", async () => {
    const late: Fault = ({ socket, good }) => {
      setTimeout(() => socket.write("421 4.4.2 idle too long\r\n"), 20);
      return good;
    };
    await withServer({ at: "dot", fault: late }, async (server) => {
      const opened = await SmtpConnection.open({
        address: "127.0.0.1",
        port: server.port,
        host: "mx.example",
        heloName: "out.example",
        tls: "never",
        timeouts: SHORT,
      });
      if (!opened.ok) throw new Error(opened.failure.text);
      expect(await opened.connection.send(SMALL)).toMatchObject({ code: 250 });
      await new Promise<void>((done) => opened.connection.onClose(done));
      expect(await opened.connection.send(SMALL)).toMatchObject({
        kind: "lost",
        when: "before-dot",
        heard: false,
      });
      expect(server.bodies).toBe(1);
    });
  });
});

describe("what is said between STARTTLS and the handshake", () => {
  test.concurrent.each([
    ["a whole reply", "250-evil.example\r\n250 AUTH PLAIN\r\n"],
    ["part of one", "250-evil.exam"],
    ["a refusal", "550 5.7.1 go away\r\n"],
    ["octets", "\u0000\u0001"],
  ])("%s is thrown away with the connection", async (_name, injected) => {
    const fault: Fault = ({ good }) => good + injected;
    await withServer({ at: "starttls", fault, tls: secure }, async (server) => {
      const { outcome } = await deliver(server, SMALL, { tls: "required" });
      expect(outcome).toMatchObject({
        kind: "deferred",
        verdict: "policy",
        reply: "The server spoke on between STARTTLS and encryption.",
      });
      expect(server.bodies).toBe(0);
    });
  });
});

describe("broken encryption", () => {
  const context = (port: number): DialContext => ({
    hosts: new HostMemory(),
    addresses: async () => ["127.0.0.1"],
    dane: async () => ({ kind: "none" }),
    smtpPort: port,
    certificates: "",
    network: { network: "sandbox", hasOwnDns: false },
    timeouts: SHORT,
  });
  const source = {
    id: 1,
    revision: 1,
    kind: "ip",
    ip: "127.0.0.1",
    heloName: "out.example",
    relay: null,
  } as const;
  const old = createSecureContext({
    key: certificate.key,
    cert: certificate.cert,
    minVersion: "TLSv1",
    maxVersion: "TLSv1.1",
    ciphers: "DEFAULT@SECLEVEL=0",
  });
  const breaks: [string, Partial<Parameters<typeof faultServer>[0]>][] = [
    ["a protocol that is too old", { tls: old }],
    ["a handshake that hangs", { tls: secure, at: "handshake", fault: FAULTS.vanishes }],
    ["a handshake that is reset", { tls: secure, at: "handshake", fault: FAULTS.resets }],
    [
      "clear text instead of a handshake",
      { tls: secure, at: "handshake", fault: () => "250 ok\r\n250 ok\r\n" },
    ],
    ["an injection", { tls: secure, at: "starttls", fault: ({ good }) => `${good}250 ok\r\n` }],
  ];
  test.concurrent.each(breaks)(
    "%s: in clear text where that is allowed, else the mail waits",
    async (_name, options) => {
      await withServer({ ...options, faulty: 9 }, async (server) => {
        const mx = { mx: [{ host: "mx.example", preference: 1 }], demand: null };
        const allowed = await dialSite(context(server.port), source, mx, "opportunistic");
        expect(allowed.ok && !allowed.connection.isEncrypted).toBe(true);
        if (allowed.ok) expect(await allowed.connection.send(SMALL)).toMatchObject({ code: 250 });
        if (allowed.ok) allowed.connection.destroy();
        for (const tls of ["required", "verified"] as const) {
          const dialled = await dialSite(context(server.port), source, mx, tls);
          expect(dialled).toMatchObject({ ok: false, failure: { kind: "tls", stage: "tls", code: 0 } });
        }
        expect(server.bodies).toBe(1);
      });
    },
  );

  test.concurrent("a second mail server is asked where something else than SMTP listens at the first", async () => {
    await withServer({ at: "greeting", fault: () => "SSH-2.0-OpenSSH_9.9\r\n" }, async (server) => {
      const mx = [1, 2].map((preference) => ({ host: `mx${preference}.example`, preference }));
      const dialled = await dialSite(context(server.port), source, { mx, demand: null }, "opportunistic");
      expect(dialled.ok).toBe(true);
      if (dialled.ok) dialled.connection.destroy();
      expect(server.connections).toBe(2);
    });
  });

  test.concurrent("of a domain that names thousands of mute servers only a few are tried", async () => {
    await withServer({ at: "greeting", fault: FAULTS.resets, faulty: Infinity }, async (server) => {
      const mx = Array.from({ length: 1_000 }, (_, i) => ({ host: `mx${i}.example`, preference: i }));
      const dialled = await dialSite(context(server.port), source, { mx, demand: null }, "opportunistic");
      expect(dialled).toMatchObject({ ok: false, failure: { kind: "network" } });
      expect(server.connections).toBeLessThanOrEqual(8);
    });
  });

  test.concurrent("an address that this machine does not have is said to be ours, and no server is blamed", async () => {
    await withServer({}, async (server) => {
      const away = { ...source, ip: "192.0.2.77" };
      const on = context(server.port);
      const mx = { mx: [{ host: "mx.example", preference: 1 }], demand: null };
      expect(await dialSite(on, away, mx, "opportunistic")).toMatchObject({
        ok: false,
        failure: { kind: "network", isOurs: true, text: expect.stringContaining("192.0.2.77") },
      });
      expect(on.hosts.isDead("mx.example")).toBe(false);
      expect(server.connections).toBe(0);
    });
  });
});

test("a flood of single octets ends with the longest reply that may be", async () => {
  const fault: Fault = ({ socket }) => {
    for (let i = 0; i < 100_000; i++) socket.write("2");
    return undefined;
  };
  await withServer({ at: "mail", fault, pipelining: false }, async (server) => {
    const { outcome } = await deliver(server, SMALL, { timeouts: { ...SHORT, mail: 5_000 } });
    expect(outcome).toMatchObject({ kind: "deferred", reply: "a reply without an end" });
  });
});
