import { stsRecordId } from "../mail/sts/policy.ts";
import type { Dns } from "./dns.ts";
import type { PolicyAnswer } from "./fetch-policy.ts";
import type { StsMode } from "./types.ts";

/** What is kept of a domain's MTA-STS policy. `mode` null: it announces one that could not be read. */
export type KeptPolicy = {
  domain: string;
  /** Of the record that it was fetched for. */
  id: string;
  mode: StsMode | null;
  mx: string[];
  maxAge: number | null;
  fetchedAt: Date | null;
  expiresAt: Date | null;
  /** Why the last look did not get it, in words. */
  error: string | null;
};

/** A policy is got again after a day, or half its life (RFC 8461 §10.2 and §3.3), so that it never runs out by itself. */
const REFRESH_MS = 24 * 3_600_000;
/** Held in the memory of workers for as long anyway. */
const LEAST_AGE_S = 600;

/**
 * Asks what a domain's policy is now. One that is kept and not too old outlives each failure, a record that is gone
 * included: else whoever can block a question could take the policy away (RFC 8461 §3.3, §5.1).
 * @returns null where there is none
 */
export async function askPolicy(
  domain: string,
  kept: KeptPolicy | undefined,
  now: Date,
  ask: { txt: Dns["txt"]; policy: (domain: string) => Promise<PolicyAnswer> },
): Promise<KeptPolicy | null> {
  const isLive = kept?.mode != null && kept.expiresAt !== null && kept.expiresAt > now;
  const live = isLive ? kept : null;
  const record = `_mta-sts.${domain}`;
  const txt = await ask.txt(record);
  if (txt.kind === "failed") return live && { ...live, error: `${record}: ${txt.error}` };
  const id = txt.kind === "found" ? stsRecordId(txt.records) : null;
  if (id === null) {
    return (
      live && { ...live, error: `${record} announces no policy any more; what it said holds until it ends.` }
    );
  }
  if (live && live.id === id && !isDue(live, now)) return { ...live, error: null };
  const got = await ask.policy(domain);
  if (!got.ok) {
    const nothing = { domain, id, mode: null, mx: [], maxAge: null, fetchedAt: null, expiresAt: null };
    return { ...(live ?? nothing), error: got.problem };
  }
  const { mode, mx, maxAge } = got.policy;
  const expiresAt = new Date(now.getTime() + Math.max(maxAge, LEAST_AGE_S) * 1_000);
  return { domain, id, mode, mx, maxAge, fetchedAt: now, expiresAt, error: null };
}

function isDue({ fetchedAt, maxAge }: KeptPolicy, now: Date): boolean {
  const age = now.getTime() - (fetchedAt?.getTime() ?? 0);
  return age >= Math.min(REFRESH_MS, ((maxAge ?? 0) * 1_000) / 2);
}
