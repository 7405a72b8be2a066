import { CodeBlock } from "#components/ui/code-block.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { Panel } from "#components/ui/panel.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { TextField } from "#components/ui/text-field.tsx";
import { Time } from "#components/ui/time.tsx";
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
}: {
  action: FormAction;
  sourceId: number;
  tests: SourceTestRow[];
  defaultTo: string;
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
              {test.transcript ? <CodeBlock label="SMTP conversation">{test.transcript}</CodeBlock> : null}
            </section>
          ))}
        </div>
      </div>
    </Panel>
  );
}
