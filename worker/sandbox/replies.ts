import { smallSite } from "./providers.ts";
import type { Provider, Situation } from "./types.ts";

const greylisted = "450 4.7.1 <{address}>: Recipient address rejected: Greylisted, please try again later";
const fallback: Record<Situation, string> = {
  unknown: "550 5.1.1 <{address}>: User unknown",
  full: "452 4.2.2 <{address}>: Mailbox full",
  overquota: "552 5.2.2 <{address}>: Mailbox full",
  grey: greylisted,
  defer: "451 4.3.0 Temporary failure, try again later",
  blocked: "550 5.7.1 Client host [{ip}] blocked",
  rate: "421 4.7.0 Too many messages from {ip}, slow down",
  connections: "421 4.7.0 Too many connections from {ip}",
  messages: "421 4.7.0 Too many messages on this connection",
  tls: "530 5.7.0 Must issue a STARTTLS command first",
};

/** What `provider` says in a situation, with a trailing CRLF left to the caller. May have several lines. */
export function say(
  provider: Provider,
  situation: Situation,
  facts: { ip: string; host: string; address: string },
): string {
  const words = provider.wording[situation] ?? smallSite.wording[situation] ?? fallback[situation];
  return words.replace(/\{(ip|host|address)\}/g, (_, name: "ip" | "host" | "address") => facts[name]);
}
