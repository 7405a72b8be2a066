import { fieldOf, headOf } from "./body.ts";

/** What somebody with the message before them can fetch; only addresses of the app itself. */
export interface Fetchables {
  images: string[];
  links: string[];
  /** Links that a person who reads would follow: not those that end a subscription. */
  inviting: string[];
  /** Where a one-click unsubscribe is posted (RFC 8058); null when the message does not offer it. */
  unsubscribe: string | null;
}

const image = /<img\b[^>]*?\ssrc="([^"]+)"/gi;
const anchor = /<a\b[^>]*?\shref="([^"]+)"[^>]*>([\s\S]*?)<\/a>/gi;
const mostImages = 6;
const mostLinks = 40;

/** Finds what a message lets its reader fetch from `origin`. Others are left alone: nothing leaves the machine. */
export function fetchablesOf(raw: Buffer, origin: string): Fetchables {
  const head = headOf(raw);
  const html = decodeHtml(raw);
  const ours = (url: string) => url.startsWith(`${origin}/`);
  const images = [...html.matchAll(image)].map((found) => unescaped(found[1] ?? "")).filter(ours);
  const anchors = [...html.matchAll(anchor)]
    .map((found) => ({ url: unescaped(found[1] ?? ""), text: found[2] ?? "" }))
    .filter(({ url }) => ours(url));
  const oneClick = /^List-Unsubscribe-Post:[ \t]*List-Unsubscribe=One-Click/im.test(head);
  const header = fieldOf(head, /^List-Unsubscribe:[ \t]*((?:[^\r\n]|\r\n[ \t])*)/im);
  const url = /<(https?:[^>\s]+)>/.exec(header)?.[1];
  return {
    images: [...new Set(images)].slice(0, mostImages),
    links: [...new Set(anchors.map((a) => a.url))].slice(0, mostLinks),
    inviting: [
      ...new Set(anchors.filter((a) => !/unsubscribe|preferences|browser/i.test(a.text)).map((a) => a.url)),
    ].slice(0, mostLinks),
    unsubscribe: oneClick && url && ours(url) ? url : null,
  };
}

/** The text of a message with its transfer encodings undone, as far as links need it. */
function decodeHtml(raw: Buffer): string {
  const text = raw.toString("latin1");
  const base64 =
    /Content-Type:[ \t]*text\/html[\s\S]{0,400}?Content-Transfer-Encoding:[ \t]*base64[\s\S]*?\r\n\r\n([A-Za-z0-9+/=\r\n]+)/i;
  const coded = base64.exec(text)?.[1];
  if (coded) return Buffer.from(coded, "base64").toString("utf8");
  return text
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function unescaped(url: string): string {
  return url.replaceAll("&amp;", "&").replaceAll("&#x3D;", "=").replaceAll("&#61;", "=");
}

/** Asks for `url` and forgets the answer; redirects are not followed. Returns whether the app answered. */
export async function request(
  url: string,
  agent: string,
  init: { method?: "GET" | "HEAD" | "POST"; body?: string } = {},
): Promise<boolean> {
  try {
    const response = await fetch(url, {
      method: init.method ?? "GET",
      redirect: "manual",
      headers: {
        "user-agent": agent,
        ...(init.body ? { "content-type": "application/x-www-form-urlencoded" } : {}),
      },
      body: init.body,
      signal: AbortSignal.timeout(10_000),
    });
    await response.arrayBuffer();
    return response.status < 500;
  } catch {
    return false;
  }
}
