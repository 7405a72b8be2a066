import { describe, expect, it } from "vitest";
import { type CheckFacts, campaignChecks } from "./checks.ts";
import { readHtmlFacts } from "./html-facts.ts";

const good: CheckFacts = {
  subject: "News",
  preheader: "Read it",
  hasContent: true,
  hasLines: true,
  liquid: { subject: [], preheader: [], content: [] },
  sender: { address: "hello@mill.example", domain: "mill.example", hasKey: true, records: [] },
  network: "internet",
  postalAddress: "1 Mill Lane",
  hasOwnUnsubscribe: false,
  audience: { isChosen: true, count: 10 },
  htmlBytes: 20_000,
  html: readHtmlFacts(
    '<p>Ten words are here so that this is no image only.</p><a href="https://a.example">Read</a>',
  ),
  sendingAllowed: true,
};
const problems = (change: Partial<CheckFacts>) =>
  campaignChecks({ ...good, ...change })
    .filter((check) => check.severity !== "pass")
    .map((check) => `${check.severity}: ${check.id}`);
const sender = (change: Partial<NonNullable<CheckFacts["sender"]>>) => ({
  sender: { address: "hello@mill.example", domain: "mill.example", hasKey: true, records: [], ...change },
});

describe("campaignChecks", () => {
  it("finds nothing where nothing is wrong, and says what was looked at", () => {
    expect(problems({})).toEqual([]);
    expect(campaignChecks(good).length).toBeGreaterThan(6);
  });

  it("stops what must not leave", () => {
    expect(problems({ subject: "  " })).toEqual(["block: subject"]);
    expect(problems({ sender: null })).toEqual(["block: sender"]);
    expect(problems(sender({ hasKey: false }))).toEqual(["block: sender"]);
    expect(problems({ postalAddress: "\n" })).toEqual(["block: postal-address"]);
    expect(problems({ audience: { isChosen: false, count: null } })).toEqual(["block: audience"]);
    expect(problems({ audience: { isChosen: true, count: 0 } })).toEqual(["block: audience"]);
    expect(problems({ sendingAllowed: false })).toEqual(["block: sending"]);
    expect(problems({ hasContent: false })).toEqual(["block: content"]);
    const error = { severity: "error" as const, message: "Tag is not closed.", line: 3, column: 1 };
    expect(problems({ liquid: { ...good.liquid, content: [error] } })).toEqual(["block: liquid-content-0"]);
  });

  it("points at DNS records on the internet, and lets the sandbox be", () => {
    const missing = [{ record: "dkim", verdict: "missing" as const }];
    expect(problems(sender({ records: missing }))).toEqual(["block: sender"]);
    expect(problems({ ...sender({ records: missing }), network: "sandbox" })).toEqual([]);
    expect(problems(sender({ records: null }))).toEqual(["look: sender"]);
    // What could not be asked is no pass, and stops nothing.
    expect(problems(sender({ records: [{ record: "dkim", verdict: "could-not-ask" }] }))).toEqual([
      "look: sender",
    ]);
  });

  it("points at what is worth a look", () => {
    expect(problems({ htmlBytes: 102 * 1024 + 1 })).toEqual(["look: size"]);
    expect(problems({ htmlBytes: 102 * 1024 })).toEqual([]);
    expect(problems({ preheader: "" })).toEqual(["look: preheader"]);
    expect(problems({ html: readHtmlFacts('<img src="a"><a href="#">Read</a>') })).toEqual([
      "look: image-description",
      "look: link-target",
      "look: image-only",
    ]);
  });
});

describe("readHtmlFacts", () => {
  it("counts what people see, not pixels, styles and Outlook's comments", () => {
    const facts = readHtmlFacts(
      '<head><title>no words</title><style>p{}</style></head><!--[if mso]><a href="x">no</a><![endif]-->' +
        '<img width="1" height="1" src="o"><img src="a" alt="A mill"><a href="https://a"><img src="b" alt="Go"></a>' +
        '<a href="{{ unsubscribe_url }}"></a><p>two words {{ subscriber.first_name }}</p>',
    );
    expect(facts).toEqual({
      images: 2,
      imagesWithoutDescription: 0,
      links: 2,
      linksWithoutText: 1,
      linksToNowhere: 0,
      words: 3,
    });
  });

  it("reads hostile HTML in time that grows with its length", () => {
    const started = performance.now();
    for (const piece of ["<a href=", "{{", "<img ", "<!--", "<p><p>"]) readHtmlFacts(piece.repeat(100_000));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
