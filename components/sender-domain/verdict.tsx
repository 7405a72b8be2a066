import { StatusChip } from "#components/ui/status-chip.tsx";
import type { SenderDomainRow } from "#core/sender-domain/read.ts";

type Verdict = SenderDomainRow["checks"][number]["verdict"];

const WORDS = {
  ok: ["success", "found"],
  missing: ["danger", "missing"],
  different: ["warning", "different"],
  "could-not-ask": ["neutral", "could not be asked"],
} as const;

/** What DNS said of one record; not asked is neither good nor bad. */
export function VerdictChip({ verdict }: { verdict: Verdict | null }) {
  if (!verdict) return <StatusChip>not checked yet</StatusChip>;
  const [tone, word] = WORDS[verdict];
  return <StatusChip tone={tone}>{word}</StatusChip>;
}

/** All records of a domain in one word. */
export function DomainChip({ checks }: { checks: SenderDomainRow["checks"] }) {
  if (checks.length === 0) return <VerdictChip verdict={null} />;
  const worst = (["missing", "different", "could-not-ask"] as const).find((verdict) =>
    checks.some((check) => check.verdict === verdict),
  );
  return <VerdictChip verdict={worst ?? "ok"} />;
}
