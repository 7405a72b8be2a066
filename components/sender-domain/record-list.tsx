import { CodeBlock } from "#components/ui/code-block.tsx";
import { Panel } from "#components/ui/panel.tsx";
import type { getSenderDomain } from "#core/sender-domain/read.ts";
import { VerdictChip } from "./verdict.tsx";

const WHAT: Record<string, string> = {
  dkim: "DKIM: the key that receivers check signatures with",
  "dkim-ed25519": "DKIM, second key (Ed25519): signs besides the first as soon as its record is found",
  spf: "SPF: which addresses may send for the return path",
  dmarc: "DMARC: what receivers do with mail that is not ours",
  "return-path": "Return path: where bounces and complaints come back to",
};

/** The records that a sender domain needs, next to those found at the last check. */
export function RecordList({ records }: Pick<Awaited<ReturnType<typeof getSenderDomain>>, "records">) {
  return records.map((record) => (
    <Panel
      key={record.record}
      title={WHAT[record.record] ?? record.record}
      actions={<VerdictChip verdict={record.check?.verdict ?? null} />}
    >
      <div className="grid gap-3">
        <CodeBlock label={`Name of the ${record.record} record, type ${record.type}`} copy>
          {record.name}
        </CodeBlock>
        <CodeBlock label={`Value of the ${record.record} record to publish`} copy>
          {record.expected}
        </CodeBlock>
        {record.check ? (
          <div className="grid gap-1">
            <p className="text-help text-muted">Found</p>
            {record.check.found.length > 0 ? (
              <CodeBlock label={`Value of the ${record.record} record found in DNS`}>
                {record.check.found.join("\n")}
              </CodeBlock>
            ) : (
              <p>
                {record.check.verdict === "could-not-ask"
                  ? "DNS did not answer. That is no pass and no fail."
                  : "Nothing."}
              </p>
            )}
          </div>
        ) : null}
      </div>
    </Panel>
  ));
}
