import type { DnsAnswer } from "#core/domain/dns.ts";
import type { Env } from "#core/platform/env.ts";
import { effectiveNetwork } from "#core/platform/network.ts";
import { readNetwork } from "#core/workspace/read-network.ts";
import { makeDb, type Sql } from "#db/client.ts";
import type { DemoWorld, Mailbox } from "#db/demo/house.ts";
import { type Demo, makeDemo } from "#db/demo/make-demo.ts";
import { behavioursOf } from "../sandbox/behaviours.ts";
import { fateOf, laterOf } from "../sandbox/habits.ts";
import { publishSenderDomains } from "../sandbox/published.ts";
import { say as sayAs } from "../sandbox/replies.ts";
import { type AnswerRecord, makeResolver } from "../sandbox/resolve.ts";
import { DEFAULT_SEED, INBOUND_HOST } from "../sandbox/start.ts";
import { makeWorld } from "../sandbox/world.ts";
import { say } from "./console.ts";
import { Sentence } from "./sentence.ts";

/** Adds the demo workspace to the database, once. Its people's mail goes to the sandbox and nowhere else. */
export async function addDemo(settings: Env): Promise<Demo> {
  const { db, sql, end } = makeDb(settings.databaseUrl, { max: 3, applicationName: "lettermill demo" });
  try {
    const { network } = effectiveNetwork(settings, { network: await readNetwork({ db }) });
    if (network !== "sandbox") {
      throw new Sentence(
        "--demo is for the sandbox: this installation's mail goes to the internet, so no demo is added.",
      );
    }
    const demo = await makeDemo(
      { db, sql, settings: { appUrl: settings.appUrl, secret: settings.appSecret } },
      sandboxWorld(sql, settings),
      { sandboxBlock: settings.sandboxBlock, say: (line) => say("up", line) },
    );
    const size = `${demo.people.toLocaleString("en-US")} subscribers, ${demo.campaigns} campaigns`;
    say(
      "up",
      demo.isNew
        ? `the demo workspace is made: ${size}`
        : `the demo workspace is there already: ${size}; nothing was added`,
    );
    return demo;
  } finally {
    await end();
  }
}

/** The sandbox's world without its sockets: what its DNS says, and what its mailboxes do. */
function sandboxWorld(sql: Sql, settings: Env): DemoWorld {
  const behaviours = behavioursOf("natural");
  const world = makeWorld({ block: settings.sandboxBlock, seed: DEFAULT_SEED, shares: behaviours.shares });
  const resolve = makeResolver(world, publishSenderDomains(sql), {
    address: `${settings.sandboxBlock}.0.25`,
    host: INBOUND_HOST,
  });
  const ask = async <T>(
    name: string,
    type: string,
    read: (record: AnswerRecord) => T | null,
  ): Promise<DnsAnswer<T>> => {
    const { code, records } = await resolve(name, type);
    if (code === "NXDOMAIN") return { kind: "no-domain" };
    if (code !== "NOERROR") return { kind: "failed", error: `The name server failed (${code}).` };
    const found = records.flatMap((record) => read(record) ?? []) as T[];
    return found.length > 0 ? { kind: "found", records: found } : { kind: "no-data" };
  };
  const mailboxes = new Map<string, Mailbox>();
  const ownerOf = (address: string) => {
    const domain = address.slice(address.lastIndexOf("@") + 1);
    const place = world.place(domain);
    const site = "site" in place ? place.site : domain;
    return { domain, site, provider: world.provider("provider" in place ? place.provider : "small") };
  };
  return {
    dns: {
      mx: (name) =>
        ask(name, "MX", (r) =>
          r.type === "MX" ? { host: r.data.exchange, preference: r.data.preference } : null,
        ),
      addresses: (name) => ask(name, "A", (r) => (r.type === "A" ? r.data : null)),
      txt: (name) => ask(name, "TXT", (r) => (r.type === "TXT" ? r.data : null)),
      cname: (name) => ask(name, "CNAME", (r) => (r.type === "CNAME" ? r.data : null)),
      ptr: (name) => ask(name, "PTR", (r) => (r.type === "PTR" ? r.data : null)),
    },
    mailboxOf(address) {
      const known = mailboxes.get(address);
      if (known) return known;
      const { domain, site, provider } = ownerOf(address);
      const { refusal, deferral, dsn } = fateOf(address, site, provider, behaviours, DEFAULT_SEED);
      const later = laterOf(
        { address, domain, messageId: "" },
        { refusal: null, deferral: null, slow: false, drop: null, dsn: false },
        provider,
        behaviours,
        DEFAULT_SEED,
      );
      const mailbox: Mailbox = {
        refusal,
        deferral,
        isDsn: dsn,
        isScanned: later.includes("scan"),
        isPrefetched: later.includes("prefetch"),
        imageAgent: provider.imageAgent ?? null,
      };
      mailboxes.set(address, mailbox);
      return mailbox;
    },
    say(address, situation, ip) {
      const { provider, site } = ownerOf(address);
      return sayAs(provider, situation, { ip, host: site, address });
    },
  };
}
