/** The blocks of a mail: one list of extensions for the canvas and for the compiler on the server. */
import { EmailNode } from "@react-email/editor/core";
import { StarterKit } from "@react-email/editor/extensions";
import type { Extensions } from "@tiptap/core";
import { createElement } from "react";
import { variableLabel, variableLiquid } from "./variable.ts";

const ALIGNMENTS = ["left", "center", "right"];
const alignmentOf = (value: unknown): "left" | "center" | "right" =>
  ALIGNMENTS.includes(String(value)) ? (value as "left" | "center" | "right") : "center";

const attribute = (node: { attrs?: Record<string, unknown> }, name: string): string => {
  const value = node.attrs?.[name];
  return typeof value === "string" ? value : "";
};

/** A picture with its description, and where a click on it leads. */
export const MailImage = EmailNode.create({
  name: "image",
  group: "block",
  atom: true,
  draggable: true,
  addAttributes: () => ({
    src: { default: "" },
    alt: { default: "" },
    width: { default: null },
    href: { default: null },
  }),
  parseHTML: () => [{ tag: "img[src]" }],
  renderHTML: ({ HTMLAttributes }) => {
    const { alignment, width, href: _, ...rest } = HTMLAttributes;
    return [
      "div",
      { class: "node-image", style: `text-align:${alignmentOf(alignment)}` },
      ["img", { ...rest, ...(width ? { width } : {}), draggable: "false" }],
    ];
  },
  renderToReactEmail({ node, style }) {
    const src = attribute(node, "src");
    if (src === "") return null;
    const width = Number(node.attrs?.width);
    const image = createElement("img", {
      src,
      alt: attribute(node, "alt"),
      ...(width >= 1 && width <= 1280 ? { width } : {}),
      style,
    });
    const href = attribute(node, "href");
    return createElement(
      "div",
      { style: { textAlign: alignmentOf(node.attrs?.alignment), margin: "0 0 16px" } },
      href === "" ? image : createElement("a", { href, target: "_blank", rel: "noopener" }, image),
    );
  },
});

/** What differs per recipient, as a chip. */
export const MailVariable = EmailNode.create({
  name: "variable",
  group: "inline",
  inline: true,
  atom: true,
  addAttributes: () => ({
    name: {
      default: "",
      parseHTML: (element: HTMLElement) => element.getAttribute("data-variable"),
      renderHTML: (attributes: Record<string, unknown>) => ({ "data-variable": attributes.name }),
    },
    fallback: {
      default: "",
      parseHTML: (element: HTMLElement) => element.getAttribute("data-fallback"),
      renderHTML: (attributes: Record<string, unknown>) => ({ "data-fallback": attributes.fallback }),
    },
  }),
  parseHTML: () => [{ tag: "span[data-variable]" }],
  renderHTML: ({ node, HTMLAttributes }) => [
    "span",
    { ...HTMLAttributes, class: "variable-chip" },
    variableLabel(attribute(node, "name"), attribute(node, "fallback")),
  ],
  renderText: ({ node }) => variableLiquid(node.attrs.name, node.attrs.fallback),
  renderToReactEmail: ({ node }) => variableLiquid(node.attrs?.name, node.attrs?.fallback),
});

/** What becomes a link as it is typed: addresses, but no variable (`subscriber.city` looks like one: .city is a domain). */
export function isAddress(text: string): boolean {
  if (/^(?:subscriber|workspace|campaign)\./i.test(text)) return false;
  if (/^[a-z][a-z0-9+.-]*:/i.test(text)) return true;
  const host = (text.split("@").at(-1) ?? "").split(/[/?#:]/)[0] ?? "";
  return host.includes(".") && !/^[\d.]+$/.test(host);
}

/** All of them. What the kit has beside (tables, code, sections) is left out: nothing here makes it. */
export function mailBlocks(): Extensions {
  return [
    StarterKit.configure({
      CodeBlockPrism: false,
      Code: false,
      ThreeColumns: {},
      FourColumns: false,
      PreviewText: false,
      Sup: false,
      Uppercase: false,
      PreservedStyle: false,
      Table: false,
      TableRow: false,
      TableCell: false,
      TableHeader: false,
      Body: false,
      Container: false,
      Div: false,
      Section: false,
      GlobalContent: false,
      FocusScopes: false,
      Link: { defaultProtocol: "https", shouldAutoLink: isAddress },
      Heading: { levels: [1, 2, 3] },
      TrailingNode: { node: "paragraph", appendTo: ["doc", "columnsColumn"] },
    }),
    MailImage,
    MailVariable,
  ];
}
