import { installation } from "#db/schema/index.ts";
import { networkQuestions } from "../installation/ask-network.ts";
import type { NetworkCheck } from "../installation/types.ts";
import type { AdminCtx } from "../platform/context.ts";
import { isLoopback } from "../platform/network.ts";

/** All questions are asked at once, and none waits for longer. */
const ASKING_MS = 60_000;

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
  const [house] = await ctx.db
    .select({
      said: installation.networkChecks,
      askedAt: installation.networkAskedAt,
      checkedAt: installation.networkCheckedAt,
    })
    .from(installation);
  const checkedAt = house?.checkedAt ?? null;
  const askedAt = house?.askedAt?.getTime() ?? 0;
  const isAsking = askedAt > (checkedAt?.getTime() ?? 0) && ctx.now().getTime() - askedAt < ASKING_MS;
  return ({ kind, ip, heloName }) => {
    if (kind !== "ip" || ip === null || isLoopback(ip)) return null;
    const ids = networkQuestions({ domains: [], sources: [{ ip, heloName }] }).map((question) => question.id);
    const said = house?.said ?? [];
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
