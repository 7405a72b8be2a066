import type { ReceiverContext } from "./context.ts";
import type { Fate } from "./habits.ts";
import type { Outcome, Provider } from "./types.ts";

/** One recipient of the transaction at hand. */
export interface Recipient {
  address: string;
  domain: string;
  fate: Fate;
}

/** Who is asking. */
export interface Asker {
  ip: string;
  mailFrom: string;
}

type Refusal = Outcome & ("grey" | "defer" | "unknown" | "full" | "overquota" | "blocked");

/** Why `recipient` is refused at RCPT now; null when it is not. Remembers what deferring and greylisting need. */
export function judge(
  context: ReceiverContext,
  asker: Asker,
  recipient: Recipient,
  provider: Provider,
): Refusal | null {
  const { fate } = recipient;
  const later = deferral(context, asker, recipient);
  if (later) return later;
  return fate.refusal === "blocked" && provider.judgesContent ? null : fate.refusal;
}

function deferral(
  context: ReceiverContext,
  asker: Asker,
  { address, fate }: Recipient,
): "grey" | "defer" | null {
  const { greylist, behaviours } = context;
  switch (fate.deferral) {
    case "deferalways":
      return "defer";
    case "defer":
      return countTurn(context, "defer", asker, address) <= behaviours.deferTimes ? "defer" : null;
    case "grey": {
      const key = `${asker.ip} ${asker.mailFrom} ${address}`;
      const first = greylist.get(key);
      if (first === undefined) greylist.set(key, Date.now());
      return first === undefined || Date.now() - first < behaviours.greylistMs ? "grey" : null;
    }
    default:
      return null;
  }
}

/** Whether one of the recipients breaks the connection in this way, which each does once per sender. */
export function breaks(
  context: ReceiverContext,
  how: "dropbefore" | "dropmid" | "dropafter",
  asker: Asker,
  recipients: readonly Recipient[],
): boolean {
  const who = recipients.find(({ fate }) => fate.drop === how);
  return who !== undefined && countTurn(context, how, asker, who.address) === 1;
}

/** Counts how often this has happened between this sender and address; the first time is 1. */
function countTurn({ turns }: ReceiverContext, what: string, { mailFrom }: Asker, address: string): number {
  const key = `${what} ${mailFrom} ${address}`;
  const turn = (turns.get(key) ?? 0) + 1;
  turns.set(key, turn);
  return turn;
}
