import { networkQuestions } from "../installation/ask-network.ts";
import { readNetworkSaid } from "../installation/check-network.ts";
import type { NetworkCheck } from "../installation/types.ts";
import type { AdminCtx } from "../platform/context.ts";
import { isLoopback } from "../platform/network.ts";

export type Standing = {
  /** What the world said about the address: its name, the way out, and SPF of domains that do not allow it. */
  checks: NetworkCheck[];
  /** Null: it was not asked yet as it is now. */
  checkedAt: Date | null;
  isAsking: boolean;
};

type Address = { kind: "ip" | "relay"; ip: string | null; heloName: string };

/** How addresses stand in the world, by what was asked last; null for relays and loopback addresses, which nobody sees. */
export async function readStandings(
  ctx: Pick<AdminCtx, "db" | "now">,
): Promise<(source: Address) => Standing | null> {
  const { said, checkedAt, isAsking } = await readNetworkSaid(ctx);
  return ({ kind, ip, heloName }) => {
    if (kind !== "ip" || ip === null || isLoopback(ip)) return null;
    const ids = networkQuestions({ domains: [], sources: [{ ip, heloName }] }).map((question) => question.id);
    const own = said.filter((check) => ids.includes(check.id));
    const spf = said.filter(
      (check) => check.id.startsWith("spf:") && check.state === "fail" && namesAddress(check, ip),
    );
    return { checks: [...own, ...spf], checkedAt: own.length > 0 ? checkedAt : null, isAsking };
  };
}

/** Among the addresses at the end of `spf:domain:address,address`; those it does not blame are not in the sentence. */
const namesAddress = ({ id, sentence }: NetworkCheck, ip: string): boolean =>
  id.split(":").slice(2).join(":").split(",").includes(ip) &&
  (sentence.includes(ip) || !/does not allow/.test(sentence));
