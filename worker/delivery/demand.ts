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
  /** Equal for equal demands: one connection may carry mail of all domains of a site with the same. */
  key: string;
};

/** The demand of a domain with these MX records and this policy; null where it asks for nothing. */
export function demandOf(
  mx: readonly Mx[],
  policy: { mode: StsMode | null; mx: readonly string[] },
): Demand | null {
  const { mode } = policy;
  if (mode !== "enforce" && mode !== "testing") return null;
  const hosts = hostsInOrder(mx).filter((host) => allowsMx(policy.mx, host));
  return { sts: { mode, hosts }, key: `sts ${mode} ${hosts.join(" ")}` };
}
