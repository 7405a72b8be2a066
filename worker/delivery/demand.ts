import type { StsMode } from "#core/domain/types.ts";
import { hostsInOrder, type Mx } from "#core/mail/site/key.ts";
import { allowsMx } from "#core/mail/sts/policy.ts";

/** What a recipient domain asks of the encryption of mail to it, beyond what its provider does. */
export type Demand = {
  /** MTA-STS (RFC 8461); null: no policy, or one of mode none. */
  sts: {
    mode: "enforce" | "testing";
    /** Those of the MX hosts that the policy's patterns allow. */
    hosts: readonly string[];
  } | null;
  /** DNS proves the MX records, so that what it proves about the hosts counts (DANE, RFC 7672); that wins over MTA-STS. */
  dane: boolean;
  /** Equal for equal demands: one connection may carry mail of all domains of a site with the same. */
  key: string;
};

/** The demand of a domain with these MX records and this policy; null where it can ask for nothing. */
export function demandOf(
  mx: readonly Mx[],
  of: { isSigned: boolean; mode: StsMode | null; patterns: readonly string[] },
): Demand | null {
  const { mode, isSigned } = of;
  const hosts = hostsInOrder(mx).filter((host) => allowsMx(of.patterns, host));
  const sts = mode === "enforce" || mode === "testing" ? { mode, hosts } : null;
  if (!sts && !isSigned) return null;
  const key = [isSigned ? "dane" : "", sts ? `sts ${sts.mode} ${hosts.join(" ")}` : ""].join(" ");
  return { sts, dane: isSigned, key };
}
