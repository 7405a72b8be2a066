import type { ReplyRule } from "./types.ts";

/**
 * What the enhanced status code says where the text says nothing that we know (RFC 3463 and its IANA registry),
 * then the basic code alone (RFC 5321 §4.2.3, RFC 7504). The last two rows catch everything.
 * Only codes that are plainly about the address may end in `recipient-dead`.
 */
export const CODE_RULES: readonly ReplyRule[] = [
  { id: "x.1.1 bad mailbox", severity: 5, enhanced: /^\d\.1\.(?:1|3|6)$/, verdict: "recipient-dead" },
  { id: "x.1.2 bad domain", enhanced: /^\d\.1\.(?:2|10)$/, verdict: "dns" },
  { id: "x.1.8 bad sender", enhanced: /^\d\.1\.(?:7|8|9)$/, verdict: "policy" },
  { id: "x.2.1 mailbox disabled", severity: 5, enhanced: /^\d\.2\.1$/, verdict: "recipient-dead" },
  { id: "x.7.13 account disabled", severity: 5, enhanced: /^\d\.7\.(?:13|17)$/, verdict: "recipient-dead" },
  { id: "x.2.2 mailbox full", enhanced: /^\d\.2\.2$/, verdict: "mailbox-full" },
  { id: "x.2.3 too big", enhanced: /^\d\.(?:2\.3|3\.4)$/, verdict: "content" },
  { id: "x.2.121 recipient rate", enhanced: /^\d\.2\.121$/, verdict: "slow-down", retry: true },
  { id: "x.3 system", enhanced: /^\d\.3\.\d+$/, verdict: "temporary" },
  { id: "x.4.4 routing", enhanced: /^\d\.4\.(?:3|4)$/, verdict: "dns" },
  { id: "x.4.6 loop", enhanced: /^\d\.4\.6$/, verdict: "protocol" },
  { id: "x.4.5 congestion", enhanced: /^\d\.4\.5$/, verdict: "slow-down", retry: true },
  { id: "x.4.7 expired", enhanced: /^\d\.4\.7$/, verdict: "temporary" },
  { id: "x.4 network", enhanced: /^\d\.4\.\d+$/, verdict: "network" },
  { id: "x.5.3 too many recipients", enhanced: /^\d\.5\.3$/, verdict: "slow-down", retry: true },
  { id: "x.5 protocol", enhanced: /^\d\.5\.[1-9]\d*$/, verdict: "protocol" },
  { id: "x.6 content", enhanced: /^\d\.6\.\d+$/, verdict: "content" },
  { id: "x.7.2x authentication", enhanced: /^\d\.7\.(?:[89]|2[0-9]|3[0-2]|40|509|515|15)$/, verdict: "auth" },
  { id: "x.7.x block", enhanced: /^\d\.7\.(?:6\d\d|5\d\d|7\d\d)$/, verdict: "blocked" },
  {
    id: "4.7 temporary policy",
    severity: 4,
    enhanced: /^\d\.7\.\d+$/,
    verdict: "temporary",
    greylisted: true,
  },
  { id: "5.7 policy", severity: 5, enhanced: /^\d\.7\.\d+$/, verdict: "policy" },
];

/** Basic codes by number, where nothing else is known. */
export const BASIC_CODES: Readonly<Record<number, ReplyRule["verdict"]>> = {
  450: "temporary",
  451: "temporary",
  452: "temporary",
  500: "protocol",
  501: "protocol",
  502: "protocol",
  503: "protocol",
  504: "protocol",
  521: "dns",
  530: "auth",
  535: "auth",
  551: "recipient-dead",
  552: "mailbox-full",
  555: "protocol",
  556: "dns",
};
