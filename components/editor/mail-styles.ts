/** How blocks look in a mail, once for the canvas and for the compiler. Plain values that mail clients know. */
import type { CSSProperties } from "react";

export const MAIL_WIDTH = 640;

const FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const INK = "#1b1f2a";
const LINE = "#dcdcd8";

export type MailStyleName =
  | "body"
  | "paragraph"
  | "listParagraph"
  | "h1"
  | "h2"
  | "h3"
  | "link"
  | "button"
  | "image"
  | "horizontalRule"
  | "bulletList"
  | "orderedList"
  | "listItem"
  | "blockquote"
  | "columns"
  | "columnsColumn";

/** @param brand a colour on which white can be read, and which can be read on white */
export function mailStyles(brand: string): Record<MailStyleName, CSSProperties> {
  const heading = { margin: "24px 0 12px", fontWeight: 700, color: INK } as const;
  return {
    body: { fontFamily: FONT, fontSize: "16px", lineHeight: "26px", color: INK },
    paragraph: { margin: "0 0 16px" },
    listParagraph: { margin: "0 0 4px" },
    h1: { ...heading, fontSize: "30px", lineHeight: "38px" },
    h2: { ...heading, fontSize: "22px", lineHeight: "30px" },
    h3: { ...heading, margin: "16px 0 8px", fontSize: "18px", lineHeight: "26px" },
    link: { color: brand, textDecoration: "underline" },
    button: {
      display: "inline-block",
      margin: "8px 0 24px",
      padding: "12px 20px",
      borderRadius: "6px",
      backgroundColor: brand,
      color: "#ffffff",
      fontSize: "16px",
      lineHeight: "24px",
      fontWeight: 600,
      textDecoration: "none",
    },
    image: { display: "inline-block", maxWidth: "100%", height: "auto", border: "0", verticalAlign: "top" },
    horizontalRule: { margin: "24px 0", border: "0", borderTop: `1px solid ${LINE}`, width: "100%" },
    bulletList: { margin: "0 0 16px", paddingLeft: "24px" },
    orderedList: { margin: "0 0 16px", paddingLeft: "24px" },
    listItem: { margin: "0 0 4px" },
    blockquote: {
      margin: "0 0 16px",
      padding: "0 0 0 16px",
      borderLeft: `3px solid ${brand}`,
      color: "#4a4f5a",
    },
    columns: { width: "100%" },
    columnsColumn: { padding: "0 12px 0 0", verticalAlign: "top" },
  };
}

const SELECTORS: Partial<Record<MailStyleName, string>> = {
  paragraph: ".node-paragraph",
  listParagraph: ".node-listItem .node-paragraph",
  h1: ".node-h1",
  h2: ".node-h2",
  h3: ".node-h3",
  link: ".node-link",
  button: ".node-button",
  horizontalRule: ".node-hr",
  bulletList: ".node-bulletList",
  orderedList: ".node-orderedList",
  listItem: ".node-listItem",
  blockquote: ".node-blockquote",
  columnsColumn: ".node-column",
};

/** The same styles as CSS below `.mail-canvas`, for the editor. */
export function canvasCss(brand: string): string {
  const styles = mailStyles(brand);
  const rules = Object.entries(SELECTORS).map(
    ([name, selector]) => `.mail-canvas ${selector}{${declarations(styles[name as MailStyleName])}}`,
  );
  return [`.mail-canvas{${declarations(styles.body)}}`, ...rules].join("\n");
}

function declarations(style: CSSProperties): string {
  return Object.entries(style)
    .map(([name, value]) => `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}:${value}`)
    .join(";");
}
