import { CodeBlock } from "#components/ui/code-block.tsx";
import { ConfirmButton } from "#components/ui/confirm-dialog.tsx";
import { DefinitionList } from "#components/ui/definition-list.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { Panel } from "#components/ui/panel.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { TextField } from "#components/ui/text-field.tsx";
import { Time } from "#components/ui/time.tsx";
import type { CertificateFacts } from "#core/source/certificates.ts";
import type { SourceTestRow } from "#core/source/test.ts";

/** The worker that held it is gone: the final dot may wait ten minutes, nothing waits longer. */
const STALE_MS = 15 * 60_000;
const isStale = (test: SourceTestRow): boolean => Date.now() - test.createdAt.getTime() > STALE_MS;

/** Sends a small mail over this source and shows every line that is said. */
export function TestPanel({
  action,
  sourceId,
  tests,
  defaultTo,
  shown,
  trustAction,
}: {
  action: FormAction;
  sourceId: number;
  tests: SourceTestRow[];
  defaultTo: string;
  /** Certificates that tests were shown and did not believe, by test; only those that can be trusted from here. */
  shown: Record<number, CertificateFacts>;
  trustAction: FormAction;
}) {
  return (
    <Panel title="Test it" description="One real mail, and the SMTP conversation as it was said.">
      <div className="grid gap-5">
        <ActionForm action={action} values={{ sourceId: String(sourceId) }} label="Test" className="max-w-md">
          <TextField name="recipient" label="To" type="email" required defaultValue={defaultTo} />
          <div>
            <SubmitButton>Send the test</SubmitButton>
          </div>
        </ActionForm>
        <div aria-live="polite" className="grid gap-4">
          {tests.map((test) => (
            <section key={test.id} className="grid gap-2" aria-label={`Test to ${test.recipient}`}>
              <p className="flex flex-wrap items-center gap-2">
                {test.ok === null && isStale(test) ? (
                  <StatusChip tone="warning">broke off</StatusChip>
                ) : test.ok === null ? (
                  <StatusChip tone="accent">under way</StatusChip>
                ) : test.ok ? (
                  <StatusChip tone="success">accepted</StatusChip>
                ) : (
                  <StatusChip tone="danger">not accepted</StatusChip>
                )}
                <span className="break-all">{test.recipient}</span>
                <span className="text-muted">
                  <Time at={test.createdAt} zone="UTC" />
                </span>
              </p>
              {test.result ? <p className="break-words">{test.result}</p> : null}
              {shown[test.id] ? (
                <ShownCertificate facts={shown[test.id]!} testId={test.id} action={trustAction} />
              ) : null}
              {test.transcript ? <CodeBlock label="SMTP conversation">{test.transcript}</CodeBlock> : null}
            </section>
          ))}
        </div>
      </div>
    </Panel>
  );
}

/** The certificate that a relay showed, and the way to accept it. */
function ShownCertificate({
  facts,
  testId,
  action,
}: {
  facts: CertificateFacts;
  testId: number;
  action: FormAction;
}) {
  return (
    <div className="grid gap-3">
      <DefinitionList
        facts={[
          { term: "It showed a certificate for", value: <span className="break-all">{facts.names}</span> },
          { term: "Signed by", value: <span className="break-all">{facts.issuer}</span> },
          { term: "Valid until", value: <Time at={facts.validUntil} zone="UTC" /> },
          { term: "SHA-256", value: <code className="break-all">{facts.fingerprint}</code> },
        ]}
      />
      <div>
        <ConfirmButton
          label="Trust this certificate…"
          title="Trust this certificate?"
          action={action}
          values={{ testId: String(testId) }}
          confirmLabel="Trust it"
          danger={false}
          success="Trusted. Send the test again."
        >
          Compare the fingerprint on the relay itself first: {facts.fingerprint}. From then on this source
          believes this certificate and no other.
        </ConfirmButton>
      </div>
    </div>
  );
}
