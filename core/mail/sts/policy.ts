/** MTA-STS, RFC 8461: what the record and the policy of a recipient domain say. */
import { STS_MODES, type StsMode } from "#core/domain/types.ts";

export type StsPolicy = {
  mode: StsMode;
  /** MX hosts that are good: names, or `*.` and a name for exactly one label more. */
  mx: string[];
  /** Seconds. */
  maxAge: number;
};

/** The longest that a policy may hold (RFC 8461 §3.2): a year and a bit. */
const MAX_AGE_MOST = 31_557_600;
const MX_MOST = 200;
const PATTERN = /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}$/;

/**
 * The id in the TXT records of `_mta-sts.<domain>`; null where they announce no policy. Other records may stand
 * beside it, but two of this kind count as none (RFC 8461 §3.1).
 */
export function stsRecordId(records: readonly string[]): string | null {
  const ours = records.filter((text) => /^v=STSv1\s*(?:;|$)/.test(text));
  if (ours.length !== 1) return null;
  const fields = (ours[0] ?? "").split(";").map((field) => field.trim());
  const id = fields.find((field) => /^id\s*=/.test(field))?.replace(/^id\s*=\s*/, "");
  return id !== undefined && /^[A-Za-z0-9]{1,32}$/.test(id) ? id : null;
}

/** Reads a policy file; in words where it is none. Unknown keys and blank lines are passed over (RFC 8461 §3.2). */
export function parseStsPolicy(
  text: string,
): { ok: true; policy: StsPolicy } | { ok: false; problem: string } {
  const values = new Map<string, string>();
  const mx: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const found = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31})[ \t]*:[ \t]*(.*?)[ \t]*$/.exec(line);
    if (!found) {
      if (line.trim() === "") continue;
      return { ok: false, problem: "The policy has a line that is not `key: value`." };
    }
    const [, key = "", value = ""] = found;
    // Of a key that stands twice the first counts, but mx may stand as often as it likes.
    if (key === "mx") mx.push(value.toLowerCase().replace(/\.$/, ""));
    else if (!values.has(key)) values.set(key, value);
  }
  if (values.get("version") !== "STSv1") return { ok: false, problem: "The policy is not of version STSv1." };
  const mode = STS_MODES.find((one) => one === values.get("mode"));
  if (!mode) return { ok: false, problem: "The policy has no mode that is known." };
  const age = values.get("max_age") ?? "";
  if (!/^\d{1,10}$/.test(age)) return { ok: false, problem: "The policy does not say how long it holds." };
  if (mx.length > MX_MOST || mx.some((pattern) => !PATTERN.test(pattern)))
    return { ok: false, problem: "The policy names a mail server that cannot be one." };
  if (mode !== "none" && mx.length === 0) return { ok: false, problem: "The policy names no mail server." };
  return { ok: true, policy: { mode, mx, maxAge: Math.min(Number(age), MAX_AGE_MOST) } };
}

/** Whether a policy's patterns let an MX host be used (RFC 8461 §4.1). `host`: lower-case A-labels. */
export function allowsMx(patterns: readonly string[], host: string): boolean {
  return patterns.some((pattern) =>
    pattern.startsWith("*.")
      ? // `*` is one label, no more and no less.
        host.slice(host.indexOf(".")) === pattern.slice(1) && !host.startsWith(".")
      : host === pattern,
  );
}
