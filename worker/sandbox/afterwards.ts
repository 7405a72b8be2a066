import { fieldOf, headOf } from "./body.ts";
import type { Courier } from "./courier.ts";
import { type Fate, laterOf, tagsOf } from "./habits.ts";
import { fraction, hash } from "./hash.ts";
import { type Fetchables, fetchablesOf, request } from "./reader.ts";
import { composeArf } from "./report-arf.ts";
import { composeDsn } from "./report-dsn.ts";
import type { Behaviours, LaterAction, MailRecord, Provider, TakenMail } from "./types.ts";
import type { World } from "./world.ts";

const mostWaiting = 50_000;
const requestsAtOnce = 8;
/** Whoever asks for a habit in the address is watching: it shows after a second or three, not when people would. */
const askedFor = [1_000, 3_000] as const;
const personAgents = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
  "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
  "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
];
const scannerAgent = "Mozilla/5.0 (compatible; LinkScanner/2.1; mail security gateway)";

export interface Afterwards {
  /** Decides what follows a message that was taken and sets its time. */
  plan(mail: TakenMail, fate: Fate, provider: Provider): void;
  /** How often each action has happened, those that failed left out. */
  counts(): Record<LaterAction, number>;
  /** Actions whose time has not come. */
  waiting(): number;
  stop(): void;
}

/** What people, machines and mail servers do about a message after it was taken. */
export function makeAfterwards(options: {
  world: World;
  behaviours: Behaviours;
  seed: string;
  courier: Courier;
  appUrl: string | undefined;
  onLater: ((action: LaterAction, mail: MailRecord) => void) | undefined;
}): Afterwards {
  const { world, behaviours, seed, courier, onLater } = options;
  const origin = options.appUrl ? new URL(options.appUrl).origin : null;
  const timers = new Set<NodeJS.Timeout>();
  const done = new Map<LaterAction, number>();
  let requesting = 0;
  const queue: (() => Promise<void>)[] = [];

  function after(action: LaterAction, mail: MailRecord, run: () => Promise<boolean>) {
    if (timers.size >= mostWaiting) return;
    const chance = fraction(seed, action, mail.address, mail.messageId);
    const [shortest, longest] = behaviours.later[action];
    const natural = shortest + chance * (longest - shortest);
    const soon = askedFor[0] + chance * (askedFor[1] - askedFor[0]);
    const wait = tagsOf(mail.address).size > 0 ? Math.min(natural, soon) : natural;
    const timer = setTimeout(async () => {
      timers.delete(timer);
      if (!(await run().catch(() => false))) return;
      done.set(action, (done.get(action) ?? 0) + 1);
      onLater?.(action, mail);
    }, wait);
    timers.add(timer);
  }

  /** Runs `work` when fewer than a few requests are under way: the app serves people as well. */
  function inTurn(work: () => Promise<boolean>): Promise<boolean> {
    return new Promise((resolve) => {
      const start = async () => {
        requesting += 1;
        resolve(await work().catch(() => false));
        requesting -= 1;
        queue.shift()?.();
      };
      if (requesting < requestsAtOnce) start();
      else queue.push(start);
    });
  }

  function report(mail: TakenMail, provider: Provider, kind: "dsn" | "complain"): () => Promise<boolean> {
    const { raw: _, transcript: __, ...record } = mail;
    const headers = mail.raw ? headOf(mail.raw) : `Message-ID: ${mail.messageId}\r\n`;
    const place = world.place(mail.domain);
    const host = place.kind === "mail" ? (place.mx[0]?.exchange ?? mail.domain) : mail.domain;
    const from = /@([^>\s,;]+)/.exec(fieldOf(headers, /^From:[ \t]*((?:[^\r\n]|\r\n[ \t])*)/im))?.[1] ?? "";
    return () => {
      const at = new Date();
      const common = { host, returnPath: record.mailFrom, recipient: record.address, at };
      const message =
        kind === "dsn"
          ? composeDsn({ ...common, ...hardBounce(record.address, seed), originalHeaders: headers })
          : composeArf({
              ...common,
              to: record.mailFrom,
              sourceIp: record.clientIp,
              reportedDomain: from,
              original: headers,
            });
      const localAddress = provider.relay ? undefined : world.addressOf(host);
      return courier.deliver({ to: record.mailFrom, message, host, localAddress });
    };
  }

  function act(action: LaterAction, mail: TakenMail, provider: Provider, found: Fetchables | null) {
    const { raw: _, transcript: __, ...record } = mail;
    if (action === "dsn" || action === "complain") {
      if (record.mailFrom === "") return;
      return after(action, record, report(mail, provider, action));
    }
    if (!found) return;
    const person = personAgents[hash(record.address) % personAgents.length] ?? "";
    const get = (url: string, agent: string) => inTurn(() => request(url, agent));
    switch (action) {
      case "open":
      case "prefetch": {
        const agent =
          action === "prefetch" ? (provider.imageAgent ?? "Mozilla/5.0") : (provider.imageAgent ?? person);
        return after(action, record, () => all(found.images.map((url) => get(url, agent))));
      }
      case "click": {
        const link =
          found.inviting[hash(`${record.address} ${record.messageId}`) % (found.inviting.length || 1)];
        if (link) after(action, record, () => get(link, person));
        return;
      }
      case "scan":
        return after(action, record, async () => {
          await all(
            found.links
              .slice(0, 3)
              .map((url) => inTurn(() => request(url, scannerAgent, { method: "HEAD" }))),
          );
          return all(found.links.map((url) => get(url, scannerAgent)));
        });
      case "unsubscribe": {
        const { unsubscribe } = found;
        if (!unsubscribe) return;
        const post = { method: "POST" as const, body: "List-Unsubscribe=One-Click" };
        return after(action, record, () =>
          inTurn(() => request(unsubscribe, provider.imageAgent ?? person, post)),
        );
      }
    }
  }

  return {
    plan(mail, fate, provider) {
      const actions = laterOf(mail, fate, provider, behaviours, seed);
      if (actions.length === 0) return;
      const reads = actions.some((action) => action !== "dsn" && action !== "complain");
      const found = reads && mail.raw && origin ? fetchablesOf(mail.raw, origin) : null;
      for (const action of actions) act(action, mail, provider, found);
    },
    counts: () => ({
      dsn: done.get("dsn") ?? 0,
      complain: done.get("complain") ?? 0,
      open: done.get("open") ?? 0,
      prefetch: done.get("prefetch") ?? 0,
      click: done.get("click") ?? 0,
      scan: done.get("scan") ?? 0,
      unsubscribe: done.get("unsubscribe") ?? 0,
    }),
    waiting: () => timers.size,
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      queue.length = 0;
    },
  };
}

/** Resolves to whether all went well and there was something to do. */
async function all(requests: Promise<boolean>[]): Promise<boolean> {
  const results = await Promise.all(requests);
  return results.length > 0 && results.every(Boolean);
}

/** Why the server behind the first one could not deliver after all. */
function hardBounce(address: string, seed: string): { status: string; diagnostic: string } {
  if (fraction(seed, "dsn-kind", address) < 0.75) {
    return {
      status: "5.1.1",
      diagnostic: `550 5.1.1 <${address}>: Recipient address rejected: User unknown`,
    };
  }
  return { status: "5.2.1", diagnostic: `550 5.2.1 <${address}>: This mailbox is disabled` };
}
