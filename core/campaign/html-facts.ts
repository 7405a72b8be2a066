import { Parser } from "htmlparser2";
import { shieldLiquid } from "#core/mail/liquid/tokens.ts";

/** What can be told of a mail's HTML without a browser. */
export type HtmlFacts = {
  images: number;
  imagesWithoutDescription: number;
  links: number;
  /** Neither words nor a described image inside. */
  linksWithoutText: number;
  /** No address, or only `#`. */
  linksToNowhere: number;
  /** Words that people read, without those in `head`, styles and Outlook's comments. */
  words: number;
};

const SILENT = new Set(["head", "style", "script", "title"]);

/** Reads facts off HTML with Liquid. A pixel of 1 × 1 is no image. Work grows with the length alone. */
export function readHtmlFacts(html: string): HtmlFacts {
  const facts: HtmlFacts = {
    images: 0,
    imagesWithoutDescription: 0,
    links: 0,
    linksWithoutText: 0,
    linksToNowhere: 0,
    words: 0,
  };
  let silent = 0;
  let link: { hasText: boolean } | null = null;
  const parser = new Parser({
    onopentag(name, attributes) {
      if (SILENT.has(name)) silent++;
      if (name === "a" && "href" in attributes) {
        link = { hasText: (attributes["aria-label"] ?? "").trim() !== "" };
        facts.links++;
        const href = (attributes.href ?? "").trim();
        if (href === "" || href === "#") facts.linksToNowhere++;
      }
      if (name === "img" && !(attributes.width === "1" && attributes.height === "1")) {
        facts.images++;
        const isDescribed = (attributes.alt ?? "").trim() !== "";
        // An empty description on purpose says "decoration", but the editor writes one for forgotten ones too.
        if (!isDescribed && attributes.role !== "presentation") facts.imagesWithoutDescription++;
        if (isDescribed && link) link.hasText = true;
      }
    },
    ontext(text) {
      if (silent > 0) return;
      const words = text.match(/[\p{L}\p{N}\ufdd0]+/gu)?.length ?? 0;
      facts.words += words;
      if (link && words > 0) link.hasText = true;
    },
    onclosetag(name) {
      if (SILENT.has(name)) silent--;
      if (name !== "a" || !link) return;
      if (!link.hasText) facts.linksWithoutText++;
      link = null;
    },
  });
  parser.write(shieldLiquid(html).shielded);
  parser.end();
  return facts;
}
