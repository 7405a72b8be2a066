import { isLoopback } from "../platform/network.ts";
import type { NetworkCheck } from "./types.ts";

export type LeaveFacts = {
  appUrl: string;
  inboundListen: string | null;
  sources: { kind: "ip" | "relay"; ip: string | null; state: string }[];
  /** Names of sender domains in use. */
  domains: string[];
  workspacesWithoutAddress: string[];
  /** What the world has to be asked, with its answers where they are fresh. */
  asked: { id: string; check: NetworkCheck | null }[];
};

/** `isOpen`: mail does not leave before it is mended. */
export type LeaveCheck = NetworkCheck & { isOpen: boolean };

/** What has to hold before mail goes to real people. */
export function leaveChecklist(facts: LeaveFacts): LeaveCheck[] {
  return [...ownChecks(facts).map(known), ...askedChecks(facts.asked)];
}

const known = ({ id, ok, sentence }: { id: string; ok: boolean; sentence: string }): LeaveCheck => ({
  id,
  state: ok ? "pass" : "fail",
  isOpen: !ok,
  sentence,
});

function ownChecks(facts: LeaveFacts): { id: string; ok: boolean; sentence: string }[] {
  const carriers = facts.sources.filter(
    (source) =>
      source.state === "active" &&
      (source.kind === "relay" || (source.ip !== null && !isLoopback(source.ip))),
  );
  return [
    {
      id: "url",
      ok: facts.appUrl.startsWith("https://"),
      sentence: facts.appUrl.startsWith("https://")
        ? `Links in mails lead to ${facts.appUrl}.`
        : `APP_URL is ${facts.appUrl}. Set it to the https address that people reach.`,
    },
    {
      id: "source",
      ok: carriers.length > 0,
      sentence:
        carriers.length > 0
          ? `${carriers.length === 1 ? "One source" : `${carriers.length} sources`} can reach the internet.`
          : "All sources are addresses of this machine only. Add an IP address of yours, or a relay.",
    },
    {
      id: "inbound",
      ok: facts.inboundListen !== null,
      sentence: facts.inboundListen
        ? `Bounces come in at ${facts.inboundListen}.`
        : "INBOUND_LISTEN is not set, so no bounce or complaint would come back.",
    },
    {
      id: "domains",
      ok: facts.domains.length > 0,
      sentence:
        facts.domains.length > 0
          ? `Mail is signed by ${facts.domains.join(", ")}.`
          : "There is no sender yet, so no domain signs.",
    },
    {
      id: "address",
      ok: facts.workspacesWithoutAddress.length === 0,
      sentence:
        facts.workspacesWithoutAddress.length === 0
          ? "Every workspace has a postal address."
          : `${facts.workspacesWithoutAddress.join(", ")}: no postal address.`,
    },
  ];
}

/**
 * No answer is no pass: what could not be asked stays open. But for port 25, which a machine can only try from addresses of
 * its own.
 */
function askedChecks(asked: LeaveFacts["asked"]): LeaveCheck[] {
  const checks = asked.flatMap(({ check }) =>
    check
      ? [
          {
            ...check,
            isOpen: check.state === "fail" || (check.state === "unknown" && !check.id.startsWith("port:")),
          },
        ]
      : [],
  );
  if (checks.length === asked.length) return checks;
  const sentence =
    checks.length === 0
      ? "DNS and port 25 were not asked in the last hour. Ask them now."
      : "Senders or sources have changed since DNS was asked. Ask again.";
  return [...checks, { id: "ask", state: "unknown", sentence, isOpen: true }];
}
