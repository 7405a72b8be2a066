import { describe, expect, it } from "vitest";
import { prepareContent } from "#core/campaign/content.ts";
import { readHtmlFacts } from "#core/campaign/html-facts.ts";
import { checkLiquid } from "#core/mail/liquid/check.ts";
import { knownVariables } from "#core/mail/liquid/variables.ts";
import { findStarter, STARTERS } from "#core/template/starters.ts";
import { compileBlocks } from "./compile-blocks.ts";

const style = { brandColor: "#4a2a1c", language: "en" };
const doc = (...content: unknown[]) => ({ type: "doc", content });
const paragraph = (...content: unknown[]) => ({ type: "paragraph", content });
const text = (value: string, marks?: unknown[]) => ({ type: "text", text: value, ...(marks && { marks }) });

describe("compileBlocks", () => {
  it("refuses what is no document, or holds what no block makes", async () => {
    for (const document of [
      null,
      "doc",
      { type: "paragraph" },
      doc({ type: "script", content: [text("alert(1)")] }),
      doc({ type: "rawHtml", attrs: { html: "<script>" } }),
      doc(text("text outside a block")),
    ]) {
      expect(await compileBlocks(document, style), JSON.stringify(document)).toBeNull();
    }
    let deep: unknown = paragraph(text("x"));
    for (let i = 0; i < 40; i++) deep = { type: "blockquote", content: [deep] };
    expect(await compileBlocks(doc(deep), style)).toBeNull();
    const many = Array.from({ length: 6_000 }, () => paragraph(text("x")));
    expect(await compileBlocks(doc(...many), style)).toBeNull();
  });

  it("lets no text, attribute or link become markup or script", async () => {
    const html = await compileBlocks(
      doc(
        paragraph(text('<script>alert(1)</script> & "quotes"')),
        { type: "button", attrs: { href: "javascript:alert(1)", onclick: "x" }, content: [text("Go")] },
        { type: "image", attrs: { src: 'https://a.example/x.png" onerror="alert(1)', alt: '"><b>' } },
        { type: "image", attrs: { src: "data:text/html,<script>", alt: "x" } },
        paragraph(text("link", [{ type: "link", attrs: { href: "vbscript:x", style: "position:fixed" } }])),
      ),
      style,
    );
    expect(html).not.toMatch(/<script|javascript:|vbscript:|data:text|onclick|position:fixed|<b>/);
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quotes&quot;");
    expect(html).toContain('src="https://a.example/x.png&quot; onerror=&quot;alert(1)"');
    expect(html?.match(/<img/g)).toHaveLength(1);
  });

  it("keeps quotes and braces of a variable inside it", async () => {
    const variable = (name: string, fallback: string) => ({ type: "variable", attrs: { name, fallback } });
    const compiled = await prepareContent(
      {
        format: "blocks",
        document: doc(
          paragraph(text("Hi "), variable("subscriber.first_name", "there")),
          paragraph(variable("subscriber.first_name", '" | raw }}{% if %}')),
          paragraph(variable("x }}{{ y", "")),
        ) as { type: "doc"; content: unknown[] },
      },
      style,
      compileBlocks,
    );
    if (!compiled.ok) throw new Error(compiled.reason);
    expect(checkLiquid(compiled.html, knownVariables(["first_name"]))).toEqual([]);
    expect(compiled.html.match(/\{\{/g)).toHaveLength(2);
    expect(compiled.html).not.toContain("{%");
  });

  it("makes every starter a mail with words, working links apart, in the workspace's colour", async () => {
    for (const starter of STARTERS) {
      const html = await compileBlocks(starter.document, style);
      if (!html) throw new Error(starter.id);
      expect(readHtmlFacts(html), starter.id).toMatchObject({
        imagesWithoutDescription: 0,
        linksWithoutText: 0,
      });
      expect(checkLiquid(html, knownVariables(["first_name"]))).toEqual([]);
      if (html.includes("<a ")) expect(html).toContain("#4a2a1c");
      expect(html).toMatch(/^<!DOCTYPE html[^>]*><html lang="en"/);
    }
    expect(await compileBlocks(findStarter("blank")?.document, style)).toContain("<body");
  });

  it("stacks columns on phones, and writes white only on colours that bear it", async () => {
    const columns = {
      type: "twoColumns",
      content: ["left", "right"].map((side) => ({ type: "columnsColumn", content: [paragraph(text(side))] })),
    };
    const button = { type: "button", attrs: { href: "example.com/shop" }, content: [text("Go")] };
    const html = await compileBlocks(doc(columns, button), { brandColor: "#ffee00", language: "de" });
    expect(html).toContain("@media (max-width:520px)");
    expect(html).not.toContain("#ffee00");
    expect(html).toContain('href="https://example.com/shop"');
    expect(html).toContain('lang="de"');
  });
});
