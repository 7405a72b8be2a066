import { fraction } from "./hash.ts";
import { smallSite } from "./providers.ts";
import type { Behaviours, LaterAction, NaturalShare, Provider } from "./types.ts";

/** Words that make an address behave, as a tag (`ann+full@…`, `ann+open+click7@…`) or as its whole local part. */
export const tags = [
  "unknown",
  "full",
  "overquota",
  "grey",
  "defer",
  "deferalways",
  "blocked",
  "slow",
  "dropbefore",
  "dropmid",
  "dropafter",
  "dsn",
  "complain",
  "open",
  "click",
  "scan",
  "unsubscribe",
] as const;
export type Tag = (typeof tags)[number];

/** What an address does when mail comes for it. */
export interface Fate {
  /** Said at RCPT, or after the message where the provider judges content. */
  refusal: "unknown" | "full" | "overquota" | "blocked" | null;
  /** Refused for now: until some time has passed, some times, or for ever. */
  deferral: "grey" | "defer" | "deferalways" | null;
  slow: boolean;
  /**
   * Once per sender and address the connection dies: at DATA, before anything is sent; while the message comes;
   * or when all of it has been taken and no reply is given.
   */
  drop: "dropbefore" | "dropmid" | "dropafter" | null;
  /** The address answers with a DSN afterwards. */
  dsn: boolean;
}

const refusals = ["unknown", "full", "overquota", "blocked"] as const;
const drops = ["dropbefore", "dropmid", "dropafter"] as const;

/** The tags in an address; digits at the end of a tag do not count, so that many addresses can share it. */
export function tagsOf(address: string): Set<Tag> {
  const local = address.slice(0, address.lastIndexOf("@")).toLowerCase();
  const words = local.split("+").map((word) => word.replace(/\d+$/, ""));
  return new Set(tags.filter((tag) => words.includes(tag)));
}

/** Decides what `address` does, by its tags, else by a hash of it: the same in every run of one seed. */
export function fateOf(
  address: string,
  site: string,
  provider: Provider,
  behaviours: Behaviours,
  seed: string,
): Fate {
  const tagged = tagsOf(address);
  const natural = tagged.size === 0;
  const chance = (share: NaturalShare) =>
    natural && behaviours.shares[share] > 0 && fraction(seed, share, address) < behaviours.shares[share];
  const greylists =
    natural &&
    provider === smallSite &&
    behaviours.greylistingSites > 0 &&
    fraction(seed, "greylisting", site) < behaviours.greylistingSites;
  const pick = <T extends Tag>(words: readonly T[]) =>
    words.find((word) => tagged.has(word) || (word in behaviours.shares && chance(word as NaturalShare))) ??
    null;
  return {
    refusal: pick(refusals),
    deferral: pick(["defer", "deferalways", "grey"] as const) ?? (greylists ? "grey" : null),
    slow: tagged.has("slow") || chance("slow"),
    drop: pick(drops),
    dsn: tagged.has("dsn") || chance("dsn"),
  };
}

/**
 * What people and machines will do about a message that was taken. Whether somebody opens or complains depends on
 * the message as well as the address; bounces that come later only on the address.
 */
export function laterOf(
  mail: { address: string; domain: string; messageId: string },
  fate: Fate,
  provider: Provider,
  behaviours: Behaviours,
  seed: string,
): LaterAction[] {
  if (fate.dsn) return ["dsn"];
  const tagged = tagsOf(mail.address);
  const natural = tagged.size === 0;
  const does = (share: NaturalShare) =>
    natural && fraction(seed, share, mail.address, mail.messageId) < behaviours.shares[share];
  const actions: LaterAction[] = [];
  const anybodyReads = behaviours.shares.open > 0;
  if (
    tagged.has("scan") ||
    (natural && provider.scans && anybodyReads && fraction(seed, "scan", mail.domain) < 0.6)
  ) {
    actions.push("scan");
  }
  if (natural && provider.prefetches && anybodyReads && fraction(seed, "mpp", mail.address) < 0.9) {
    actions.push("prefetch");
  }
  if (tagged.has("open") || does("open")) actions.push("open");
  const opened = actions.includes("open");
  if (
    tagged.has("click") ||
    (opened && fraction(seed, "click", mail.address, mail.messageId) < clickRate(behaviours))
  ) {
    if (!tagged.has("open") || tagged.has("click")) actions.push("click");
  }
  if (tagged.has("complain") || does("complain")) actions.push("complain");
  if (tagged.has("unsubscribe") || does("unsubscribe")) actions.push("unsubscribe");
  return actions;
}

/** Share of openers that click. */
function clickRate(behaviours: Behaviours): number {
  return behaviours.shares.open > 0 ? behaviours.shares.click / behaviours.shares.open : 0;
}
