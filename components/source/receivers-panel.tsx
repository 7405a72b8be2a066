import { Banner } from "#components/ui/banner.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { MultiSelect } from "#components/ui/multi-select.tsx";
import { Panel } from "#components/ui/panel.tsx";

/** Whom a source sends to, and whom not. */
export function ReceiversPanel({
  action,
  source,
  receivers,
  abandoned,
}: {
  action: FormAction;
  source: { id: number; name: string; avoids: number[] };
  receivers: readonly { bucket: number; name: string }[];
  /** Receivers that no source of one of its pools sends to. */
  abandoned: { pool: string; receivers: string[] }[];
}) {
  const avoided = receivers.filter(({ bucket }) => source.avoids.includes(bucket));
  const names = listOf(avoided.map(({ name }) => name));
  const others = abandoned.length === 0 ? " That mail goes by the other sources of its pools." : "";
  const sentence =
    avoided.length === 0 ? "It sends to every receiver." : `It sends nothing to ${names}.${others}`;
  return (
    <Panel
      title="Receivers"
      className="max-w-3xl"
      actions={
        <FormDialog
          label="Change…"
          title={`Whom ${source.name} sends nothing to`}
          action={action}
          values={{ sourceId: String(source.id) }}
          confirmLabel="Save"
          success="Saved. Mail for them goes by other sources."
        >
          <p>
            Some providers judge IPv6 addresses harder, or take mail only from addresses that they have been
            told of. Their mail then goes by the other sources of the pool; what is in flight is finished.
          </p>
          <MultiSelect
            name="avoids"
            label="Receivers to keep away from"
            options={receivers.map(({ bucket, name }) => ({ value: String(bucket), label: name }))}
            defaultValues={source.avoids.map(String)}
            placeholder={source.avoids.length > 0 ? "One more" : "None of them"}
          />
        </FormDialog>
      }
    >
      <div className="grid gap-3">
        <p className="text-muted">{sentence}</p>
        {abandoned.map(({ pool, receivers: left }) => (
          <Banner key={pool} tone="warning" title={`No source of ${pool} sends to ${listOf(left)}.`}>
            Their mail waits until it expires. Let one of its sources send there, or add one.
          </Banner>
        ))}
      </div>
    </Panel>
  );
}

const listOf = (names: string[]): string => names.join(", ").replace(/, ([^,]*)$/, " and $1");
