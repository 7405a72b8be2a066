import { isLoopback } from "../platform/network.ts";

export type LeaveFacts = {
  appUrl: string;
  inboundListen: string | null;
  sources: { kind: "ip" | "relay"; ip: string | null; state: string }[];
  domains: { name: string; checks: { record: string; verdict: string }[] }[];
  workspacesWithoutAddress: string[];
};

export type LeaveCheck = { id: string; ok: boolean; sentence: string };

/** What has to hold before mail goes to real people. */
export function leaveChecklist(facts: LeaveFacts): LeaveCheck[] {
  const carriers = facts.sources.filter(
    (source) =>
      source.state === "active" &&
      (source.kind === "relay" || (source.ip !== null && !isLoopback(source.ip))),
  );
  const unsigned = facts.domains.filter(
    (domain) => !domain.checks.some((check) => check.record === "dkim" && check.verdict === "ok"),
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
      ok: facts.domains.length > 0 && unsigned.length === 0,
      sentence:
        facts.domains.length === 0
          ? "There is no sender domain yet."
          : unsigned.length === 0
            ? "Every sender domain signs with a key that DNS shows."
            : `${unsigned.map((domain) => domain.name).join(", ")}: the DKIM record is not found, or not checked yet.`,
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
