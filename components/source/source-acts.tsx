import { ActionButton } from "#components/ui/action-button.tsx";
import { ConfirmButton } from "#components/ui/confirm-dialog.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { formatNumber } from "#components/ui/format.ts";
import type { SourceRole } from "#core/source/read-role.ts";
import type { SourceState } from "#core/source/types.ts";

/** What can be done to a source; each dialog says what it will do. */
export function SourceActs({
  source,
  isSuspended,
  role,
  actions,
}: {
  /** Everywhere, by the engine. */
  isSuspended: boolean;
  source: { id: number; name: string; state: SourceState };
  role: SourceRole;
  actions: { hold: FormAction; drain: FormAction; release: FormAction; remove: FormAction };
}) {
  const values = { sourceId: String(source.id) };
  const rest = <Elsewhere role={role} />;
  return (
    <>
      {source.state === "active" && isSuspended ? (
        <ActionButton
          action={actions.release}
          values={values}
          variant="primary"
          success="It carries mail again."
        >
          Try now
        </ActionButton>
      ) : null}
      {source.state === "active" ? (
        <FormDialog
          label="Drain…"
          title={`Drain ${source.name}?`}
          action={actions.drain}
          values={values}
          confirmLabel="Drain source"
          cancelLabel="Keep sending"
          success="It takes nothing new, and finishes what it holds."
        >
          <p>
            It takes nothing new and sends what it holds
            {role.inHands > 0 ? ` (${formatNumber(role.inHands)})` : ""}, which is a matter of seconds, or of
            minutes where a receiver wants it slow.
          </p>
          {rest}
        </FormDialog>
      ) : (
        <FormDialog
          label="Send again…"
          variant="primary"
          title={`Send by ${source.name} again?`}
          action={actions.release}
          values={values}
          confirmLabel="Send again"
          success="It carries mail again."
        >
          <p>
            It takes its part of what waits in{" "}
            {role.pools.length > 0 ? role.pools.map((pool) => pool.name).join(", ") : "its pools"} from now
            on.
          </p>
        </FormDialog>
      )}
      {source.state === "held" ? null : (
        <FormDialog
          label="Hold…"
          title={`Hold ${source.name}?`}
          action={actions.hold}
          values={values}
          confirmLabel="Hold source"
          cancelLabel={source.state === "draining" ? "Let it finish" : "Keep sending"}
          success="Held. What is in flight will finish."
        >
          <p>
            It starts nothing more from now on. Mails on their way to a server are finished; what it has taken
            and not begun goes back to its pool. Nobody is lost.
          </p>
          {rest}
        </FormDialog>
      )}
      <ConfirmButton
        label="Remove…"
        variant="danger-ghost"
        title={`Remove ${source.name}?`}
        action={actions.remove}
        values={values}
        confirmLabel="Remove the source"
        goTo="/admin/sources"
      >
        Its mail leaves by the other sources of its pools. Its history stays in the charts.
      </ConfirmButton>
    </>
  );
}

/** Where the mail goes that it does not take. */
function Elsewhere({ role }: { role: SourceRole }) {
  if (role.pools.length === 0) return <p>It is in no pool, so no mail waits for it.</p>;
  return role.pools.map((pool) => (
    <p key={pool.id}>
      {pool.others.length > 0
        ? `Mail of the pool ${pool.name} leaves by ${listOf(pool.others)}.`
        : `No other source of the pool ${pool.name} sends. Its mail${
            pool.waiting > 0 ? `, ${formatNumber(pool.waiting)} now,` : ""
          } will wait until one does.`}
    </p>
  ));
}

const listOf = (names: string[]): string =>
  names.length > 3
    ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} others`
    : names.join(", ").replace(/, ([^,]*)$/, " and $1");
