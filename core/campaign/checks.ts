/** What is right and wrong with a campaign before it is sent. Pure. */
import type { LiquidProblem } from "#core/mail/liquid/check.ts";
import type { HtmlFacts } from "./html-facts.ts";

/** `block` stops a send, `look` does not, `pass` is said so that people know what was looked at. */
export type CheckSeverity = "block" | "look" | "pass";

/** Where the one action of a check leads. */
export const CHECK_TARGETS = [
  "subject",
  "preheader",
  "sender",
  "audience",
  "expireAfterHours",
  "content",
  "image",
  "link",
  "workspace-settings",
  "sender-settings",
] as const;
export type CheckTarget = (typeof CHECK_TARGETS)[number];

export type CampaignCheck = {
  id: string;
  severity: CheckSeverity;
  sentence: string;
  action?: { label: string; target: CheckTarget };
};

/** Gmail shows no more of a mail's HTML than this; the rest is behind a link. */
export const CLIP_BYTES = 102 * 1024;

export type CheckFacts = {
  subject: string;
  preheader: string;
  hasContent: boolean;
  /** Whether people see lines of the content: HTML of their own. Blocks are marked where it is. */
  hasLines: boolean;
  /** Problems of Liquid per place. */
  liquid: { subject: LiquidProblem[]; preheader: LiquidProblem[]; content: LiquidProblem[] };
  sender: {
    address: string;
    domain: string;
    hasKey: boolean;
    /** null: DNS was not asked yet. */
    records: { record: string; verdict: "ok" | "missing" | "different" | "could-not-ask" }[] | null;
  } | null;
  network: "sandbox" | "internet";
  postalAddress: string;
  /** The content has its own unsubscribe link; else the footer brings one. */
  hasOwnUnsubscribe: boolean;
  audience: { isChosen: boolean; count: number | null };
  /** Bytes of the HTML before personalisation; null where it cannot be put together. */
  htmlBytes: number | null;
  html: HtmlFacts;
  sendingAllowed: boolean;
};

const ORDER: Record<CheckSeverity, number> = { block: 0, look: 1, pass: 2 };

/** Those that stop a send first. */
export const orderChecks = (checks: CampaignCheck[]): CampaignCheck[] =>
  checks.toSorted((a, b) => ORDER[a.severity] - ORDER[b.severity]);

/** All checks, those that stop a send first. */
export function campaignChecks(facts: CheckFacts): CampaignCheck[] {
  return orderChecks([
    ...houseChecks(facts),
    ...envelopeChecks(facts),
    ...audienceChecks(facts),
    ...liquidChecks(facts),
    ...contentChecks(facts),
  ]);
}

function houseChecks({ sendingAllowed, postalAddress, hasOwnUnsubscribe }: CheckFacts): CampaignCheck[] {
  const checks: CampaignCheck[] = [];
  if (!sendingAllowed) {
    checks.push({
      id: "sending",
      severity: "block",
      sentence: "Sending is off for the whole installation. An administrator can switch it on.",
    });
  }
  checks.push(
    postalAddress.trim() === ""
      ? {
          id: "postal-address",
          severity: "block",
          sentence: "There is no postal address. The law asks for one in every mail.",
          action: { label: "Write it", target: "workspace-settings" },
        }
      : { id: "postal-address", severity: "pass", sentence: "The postal address is in the footer." },
    {
      id: "unsubscribe",
      severity: "pass",
      sentence: hasOwnUnsubscribe
        ? "The unsubscribe link is in the content."
        : "The footer adds the unsubscribe link.",
    },
  );
  return checks;
}

function envelopeChecks({ subject, preheader, sender, network }: CheckFacts): CampaignCheck[] {
  const checks: CampaignCheck[] = [];
  checks.push(
    subject.trim() === ""
      ? {
          id: "subject",
          severity: "block",
          sentence: "There is no subject.",
          action: { label: "Write one", target: "subject" },
        }
      : { id: "subject", severity: "pass", sentence: "There is a subject." },
  );
  if (preheader.trim() === "") {
    checks.push({
      id: "preheader",
      severity: "look",
      sentence: "Without a preview text, inboxes show the first words of the mail.",
      action: { label: "Write one", target: "preheader" },
    });
  }
  checks.push(senderCheck(sender, network));
  return checks;
}

function senderCheck(sender: CheckFacts["sender"], network: CheckFacts["network"]): CampaignCheck {
  const mend = { label: "Open senders", target: "sender-settings" } as const;
  if (!sender) {
    return {
      id: "sender",
      severity: "block",
      sentence: "No sender is chosen.",
      action: { label: "Choose one", target: "sender" },
    };
  }
  if (!sender.hasKey) {
    return {
      id: "sender",
      severity: "block",
      sentence: `${sender.address} is not signed: ${sender.domain} has no key.`,
      action: mend,
    };
  }
  if (network === "sandbox") {
    return {
      id: "sender",
      severity: "pass",
      sentence: `${sender.domain} signs this mail. In the sandbox its DNS records are there by themselves.`,
    };
  }
  if (sender.records === null) {
    return {
      id: "sender",
      severity: "look",
      sentence: `The DNS records of ${sender.domain} were not checked yet.`,
      action: mend,
    };
  }
  const dkim = sender.records.find((one) => one.record === "dkim");
  if (dkim && (dkim.verdict === "missing" || dkim.verdict === "different")) {
    return {
      id: "sender",
      severity: "block",
      sentence: `The DKIM record of ${sender.domain} is ${dkim.verdict === "missing" ? "missing" : "not the one that signs"}, so receivers see a signature they cannot check.`,
      action: mend,
    };
  }
  // A second key whose record is not there signs nothing, so that no mail suffers.
  const weak = sender.records.filter((one) => one.verdict !== "ok" && one.record !== "dkim-ed25519");
  if (weak.length > 0) {
    return {
      id: "sender",
      severity: "look",
      sentence: `${weak.map((one) => RECORD_NAMES[one.record] ?? one.record).join(", ")} of ${sender.domain} ${weak.length === 1 ? "is" : "are"} not as they should be.`,
      action: mend,
    };
  }
  return { id: "sender", severity: "pass", sentence: `${sender.address} is signed by ${sender.domain}.` };
}

const RECORD_NAMES: Record<string, string> = {
  spf: "SPF",
  dkim: "DKIM",
  dmarc: "DMARC",
  "return-path": "The return path",
  mx: "MX",
};

function audienceChecks({ audience }: CheckFacts): CampaignCheck[] {
  const action = { label: "Choose", target: "audience" } as const;
  if (!audience.isChosen) {
    return [{ id: "audience", severity: "block", sentence: "No list or segment is chosen.", action }];
  }
  if (audience.count === 0) {
    return [{ id: "audience", severity: "block", sentence: "Nobody would get this now.", action }];
  }
  return [{ id: "audience", severity: "pass", sentence: "An audience is chosen." }];
}

function liquidChecks({ liquid, hasLines }: CheckFacts): CampaignCheck[] {
  const places = [
    ["subject", "the subject", liquid.subject],
    ["preheader", "the preview text", liquid.preheader],
    ["content", "the content", liquid.content],
  ] as const;
  const checks = places.flatMap(([target, place, problems]) =>
    problems.slice(0, 5).map(
      (problem, i): CampaignCheck => ({
        id: `liquid-${target}-${i}`,
        severity: problem.severity === "error" ? "block" : "look",
        sentence: `In ${place}${target === "content" && hasLines ? `, line ${problem.line}` : ""}: ${problem.message}${
          problem.severity === "warning" ? " Everybody gets its fallback." : ""
        }`,
        action: { label: "Go there", target },
      }),
    ),
  );
  return checks.length > 0
    ? checks
    : [{ id: "liquid", severity: "pass", sentence: "Every variable is known." }];
}

function contentChecks({ hasContent, html, htmlBytes }: CheckFacts): CampaignCheck[] {
  if (!hasContent) {
    return [
      {
        id: "content",
        severity: "block",
        sentence: "The mail is empty.",
        action: { label: "Write it", target: "content" },
      },
    ];
  }
  const checks: CampaignCheck[] = [];
  const many = (n: number, one: string, more: string) => (n === 1 ? one : `${n} ${more}`);
  if (html.imagesWithoutDescription > 0) {
    checks.push({
      id: "image-description",
      severity: "look",
      sentence: `${many(html.imagesWithoutDescription, "An image has", "images have")} no description. Many people see it in place of the image.`,
      action: { label: "Write one", target: "image" },
    });
  } else if (html.images > 0) {
    checks.push({ id: "image-description", severity: "pass", sentence: "Images have descriptions." });
  }
  if (html.linksWithoutText > 0) {
    checks.push({
      id: "link-text",
      severity: "look",
      sentence: `${many(html.linksWithoutText, "A link has", "links have")} no words that say where it leads.`,
      action: { label: "Show", target: "link" },
    });
  }
  if (html.linksToNowhere > 0) {
    checks.push({
      id: "link-target",
      severity: "look",
      sentence: `${many(html.linksToNowhere, "A link or button leads", "links or buttons lead")} nowhere yet.`,
      action: { label: "Show", target: "link" },
    });
  } else if (html.links > 0 && html.linksWithoutText === 0) {
    checks.push({
      id: "link-target",
      severity: "pass",
      sentence:
        html.links === 1
          ? "The link leads somewhere."
          : html.links === 2
            ? "Both links lead somewhere."
            : `All ${html.links} links lead somewhere.`,
    });
  }
  if (html.images > 0 && html.words < 10) {
    checks.push({
      id: "image-only",
      severity: "look",
      sentence: "Nearly all of it is images. Where those are off, little is left to read.",
      action: { label: "Add text", target: "content" },
    });
  }
  if (htmlBytes !== null) {
    const size = `${Math.ceil(htmlBytes / 1024)} kB`;
    checks.push(
      htmlBytes > CLIP_BYTES
        ? {
            id: "size",
            severity: "look",
            sentence: `${size}. Gmail cuts off at 102 kB and hides the rest, with the unsubscribe link.`,
            action: { label: "Shorten", target: "content" },
          }
        : { id: "size", severity: "pass", sentence: `${size}. Gmail cuts off at 102 kB.` },
    );
  }
  return checks;
}
