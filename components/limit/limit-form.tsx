"use client";

import { RotateCcw } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, type ReactNode, useState } from "react";
import { Banner } from "#components/ui/banner.tsx";
import { Button } from "#components/ui/button.tsx";
import { Checkbox } from "#components/ui/choice.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import { Select } from "#components/ui/select.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { NumberField } from "#components/ui/text-field.tsx";
import type { LimitsRow } from "#core/limit/read.ts";
import { LIMIT_RANGES } from "#core/limit/rules.ts";
import { type LimitValues, TLS_LEVELS, type TlsLevel } from "#core/limit/types.ts";
import { FIELDS, TLS_WORDS } from "./words.ts";

type Field = keyof LimitValues;
type Typed = Partial<Record<Field, string>>;
type Answer =
  | { ok: true; revision: number; isChanged: boolean }
  | { ok: false; reason: string; fields?: Record<string, string> };

/** The limits of a set, each with its shipped value beside it. */
export function LimitForm({
  action,
  row,
  warnings,
}: {
  action: (form: FormData) => Promise<Answer>;
  row: LimitsRow;
  /** What each level of TLS that is laxer than the shipped one means. */
  warnings: Partial<Record<TlsLevel, string>>;
}) {
  const { key, name, shipped, changes } = row;
  const lanes = `Lanes to ${row.about === null ? name : name.toLowerCase()}`;
  const fields = (Object.keys(FIELDS) as Field[]).filter((field) => shipped[field] !== undefined);
  /** Empty: no limit. */
  const asShipped = (field: Field) => String(shipped[field] ?? "");
  const there = (): Typed =>
    Object.fromEntries(fields.map((field) => [field, String(changes[field] ?? asShipped(field))]));
  const state = () => ({ revision: row.revision, tls: changes.tls ?? shipped.tls });
  const router = useRouter();
  const [typed, setTyped] = useState(there);
  // What was typed belongs to the state that it began from, whatever the page hears of others meanwhile.
  const [began, setBegan] = useState(state);
  const [round, setRound] = useState(0);
  const beginAnew = () => {
    setTyped(there());
    setBegan(state());
    setRound(round + 1);
  };
  const differs = (field: Field) => typed[field] !== "" && typed[field] !== asShipped(field);
  const put = (field: Field, value: string) => setTyped((before) => ({ ...before, [field]: value }));
  const reset = (event: FormEvent<HTMLButtonElement>, which: Field[]) => {
    setTyped((before) => ({
      ...before,
      ...Object.fromEntries(which.map((field) => [field, asShipped(field)])),
    }));
    // The form sees what is typed, not what is put.
    event.currentTarget.form?.dispatchEvent(new Event("input", { bubbles: true }));
  };
  async function save(form: FormData) {
    const answer = await action(form);
    if (!answer.ok) {
      // Somebody else was first: the page hears what they set, and offers to begin from there.
      if (!answer.fields) router.refresh();
      return answer;
    }
    setBegan({ revision: answer.revision, tls: (typed.tls as TlsLevel) || shipped.tls });
    const message = answer.isChanged
      ? `Saved. ${lanes} start again with it within seconds.`
      : "Nothing to save: it is as it was.";
    return { ok: true as const, message };
  }
  const warning = typed.tls === began.tls ? undefined : warnings[typed.tls as TlsLevel];
  const beside = (field: Field, control: ReactNode) => (
    <Beside
      key={field}
      label={FIELDS[field].label}
      shipped={field === "tls" ? TLS_WORDS[shipped.tls] : asShipped(field) || "no limit"}
      onReset={differs(field) ? (event) => reset(event, [field]) : undefined}
    >
      {control}
    </Beside>
  );
  return (
    <ActionForm
      key={round}
      action={save}
      values={{ key, revision: String(began.revision) }}
      label={`Limits of ${name}`}
      unsaved
    >
      {row.revision > began.revision ? (
        <Banner
          tone="warning"
          title={`${row.changedBy ?? "Somebody else"} changed these limits meanwhile.`}
          actions={
            <Button size="small" onClick={beginAnew}>
              Show them
            </Button>
          }
        >
          What you typed goes then; it cannot be saved over them.
        </Banner>
      ) : null}
      {fields.map((field) =>
        field === "tls"
          ? beside(
              field,
              <>
                <Select
                  name="tls"
                  label={FIELDS.tls.label}
                  help={FIELDS.tls.help}
                  value={typed.tls}
                  onChange={(event) => put("tls", event.target.value)}
                  options={TLS_LEVELS.map((level) => ({ value: level, label: TLS_WORDS[level] }))}
                />
                {warning ? (
                  <Checkbox
                    className="mt-3"
                    name="laxerTls"
                    label="I want less TLS than shipped"
                    help={warning}
                  />
                ) : null}
              </>,
            )
          : beside(
              field,
              <NumberField
                name={field}
                label={FIELDS[field].label}
                help={FIELDS[field].help}
                unit={FIELDS[field].unit}
                min={LIMIT_RANGES[field].min}
                max={LIMIT_RANGES[field].max}
                step={LIMIT_RANGES[field].isWhole ? 1 : "any"}
                autoFocus={round > 0 && field === fields[0]}
                placeholder={asShipped(field) || "no limit"}
                value={typed[field]}
                onChange={(event) => put(field, event.target.value)}
              />,
            ),
      )}
      <div className="flex flex-wrap items-center gap-2">
        <SubmitButton>Save</SubmitButton>
        {fields.some(differs) ? (
          <Button icon={<RotateCcw />} onClick={(event) => reset(event, fields)}>
            Reset all to shipped
          </Button>
        ) : null}
      </div>
      <p className="text-help text-muted">
        {lanes} start again with it within seconds. What is in flight is finished first; nobody is lost and
        nobody gets two.
      </p>
    </ActionForm>
  );
}

/** A field with its shipped value beside it: right of the control where there is room, else below. */
function Beside({
  label,
  shipped,
  onReset,
  children,
}: {
  label: string;
  shipped: string;
  onReset: ((event: FormEvent<HTMLButtonElement>) => void) | undefined;
  children: ReactNode;
}) {
  return (
    <div className="grid items-start gap-x-4 gap-y-1 sm:grid-cols-[minmax(0,20rem)_minmax(0,1fr)]">
      <div className="min-w-0">{children}</div>
      <div className="flex flex-wrap items-center gap-x-3 text-table sm:mt-[26px] sm:min-h-9">
        <span className="text-muted">
          shipped: <span className="nums">{shipped}</span>
        </span>
        {onReset ? (
          <Button variant="ghost" size="small" onClick={onReset}>
            Reset to shipped <span className="sr-only">({label})</span>
          </Button>
        ) : null}
      </div>
    </div>
  );
}
