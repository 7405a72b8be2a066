import ipaddr from "ipaddr.js";
import { isbot } from "isbot";
import type { HitClass, HitKind } from "./types.ts";

/** Everything that is known when a hit comes. `others`: clicks of the same delivery within BURST_MS before it. */
export type HitFacts = {
  kind: HitKind;
  method: string;
  ip: string | null;
  userAgent: string | null;
  /** Milliseconds since the mail was accepted; null where that is not known. */
  sinceAcceptedMs: number | null;
  others: { link: number | null }[];
  link: number | null;
};

export type HitVerdict = { class: HitClass; because: string };

/** Several links in so short a time are followed by a program. */
export const BURST_MS = 2000;
const BURST_LINKS = 3;

/** Agents that security products and mail gateways use to look at links before the person does. */
const SCANNER_AGENTS =
  /barracuda|mimecast|proofpoint|symantec|messagelabs|trendmicro|forcepoint|fireeye|trustwave|cisco|ironport|sophos|bitdefender|urldefense|safelinks|zscaler|vipre|cloudmark|headlesschrome|phantomjs|python-requests|aiohttp|go-http-client|okhttp|java\/|curl\/|wget\/|libwww|httpclient/i;

/** Agents of mailbox providers that load images when the person opens the mail: the open is a person's. */
const IMAGE_PROXIES = /googleimageproxy|yahoomailproxy|ggpht\.com/i;

/** Networks whose requests are known not to be people. Apple loads images ahead of time for everybody (Mail Privacy Protection). */
const NETWORKS: { range: string; class: HitClass; kinds: HitKind[]; because: string }[] = [
  {
    range: "17.0.0.0/8",
    class: "prefetch",
    kinds: ["open"],
    because: "Apple loads images before the mail is opened",
  },
  {
    range: "40.94.0.0/16",
    class: "scanner",
    kinds: ["open", "click"],
    because: "Microsoft checks links from this network",
  },
  {
    range: "52.147.128.0/17",
    class: "scanner",
    kinds: ["open", "click"],
    because: "Microsoft checks links from this network",
  },
  {
    range: "64.235.144.0/20",
    class: "scanner",
    kinds: ["open", "click"],
    because: "Barracuda checks links from this network",
  },
  {
    range: "67.231.144.0/20",
    class: "scanner",
    kinds: ["open", "click"],
    because: "Proofpoint checks links from this network",
  },
  {
    range: "91.220.42.0/24",
    class: "scanner",
    kinds: ["open", "click"],
    because: "Mimecast checks links from this network",
  },
  {
    range: "205.139.110.0/24",
    class: "scanner",
    kinds: ["open", "click"],
    because: "Mimecast checks links from this network",
  },
];

const RANGES = NETWORKS.map((network) => ({ ...network, cidr: ipaddr.parseCIDR(network.range) }));

/** Says whether a person, a machine, a prefetching proxy or a scanner made this hit, and by which rule. */
export function classifyHit(facts: HitFacts): HitVerdict {
  if (facts.method === "HEAD")
    return { class: "scanner", because: "It only asked whether the link exists (HEAD)" };
  const agent = facts.userAgent ?? "";
  if (agent === "") return { class: "machine", because: "It did not say which program it is" };
  const network = networkOf(facts.ip, facts.kind);
  if (network) return network;
  if (facts.kind === "open" && IMAGE_PROXIES.test(agent)) return { class: "human", because: "" };
  if (SCANNER_AGENTS.test(agent))
    return { class: "scanner", because: `Its program is a scanner's (${agent.slice(0, 60)})` };
  if (agent === "Mozilla/5.0" && facts.kind === "open") {
    return {
      class: "prefetch",
      because: "Images were loaded ahead of time, without saying by which program",
    };
  }
  if (isbot(agent)) return { class: "machine", because: `Its program is no browser (${agent.slice(0, 60)})` };
  if (facts.kind === "click" && isBurst(facts)) {
    return { class: "scanner", because: `It followed ${BURST_LINKS} or more links within two seconds` };
  }
  return { class: "human", because: "" };
}

/** True where this click and those just before it follow so many different links that no person did. */
export function isBurst(facts: Pick<HitFacts, "others" | "link">): boolean {
  return new Set([facts.link, ...facts.others.map((other) => other.link)]).size >= BURST_LINKS;
}

function networkOf(ip: string | null, kind: HitKind): HitVerdict | null {
  if (!ip || !ipaddr.isValid(ip)) return null;
  const address = ipaddr.process(ip);
  for (const network of RANGES) {
    if (address.kind() !== network.cidr[0].kind() || !network.kinds.includes(kind)) continue;
    if (address.match(network.cidr)) return { class: network.class, because: network.because };
  }
  return null;
}
