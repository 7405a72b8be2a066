"use client";

import { FolderPlus, Plus } from "lucide-react";
import Link from "next/link";
import { useEffect, useRef, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { formatNumber } from "#components/ui/format.ts";
import { Panel } from "#components/ui/panel.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { TextField } from "#components/ui/text-field.tsx";
import type { SegmentGroup, SegmentRule } from "#core/segment/types.ts";
import { ConditionRow } from "./condition-row.tsx";
import { newCondition, ruleWords, type SegmentChoices } from "./rule-fields.ts";

type Preview =
  | {
      ok: true;
      count: number;
      ms: number;
      sample: { id: number; address: string; name: string }[];
      without: { index: number; count: number } | null;
    }
  | { ok: false; reason: string };

const WAIT_MS = 400;

/** Writes a segment's rule as sentences, and counts it while it is written. */
export function SegmentBuilder({
  segment,
  choices,
  save,
  preview,
  subscribersPath,
}: {
  segment: { id?: number; name: string; rule: SegmentGroup };
  choices: SegmentChoices;
  /** null: may only be read. */
  save: FormAction | null;
  preview: (input: { rule: SegmentGroup }) => Promise<Preview>;
  subscribersPath: string;
}) {
  const [rule, setRule] = useState(segment.rule);
  const counted = useCount(rule, preview);
  return (
    <div className="split">
      <Panel title="Who is in it">
        <ActionForm
          action={save ?? (async () => undefined)}
          values={{ rule: JSON.stringify(rule), ...(segment.id ? { segmentId: String(segment.id) } : {}) }}
          success="Saved"
        >
          <TextField
            name="name"
            label="Name"
            required
            maxLength={80}
            defaultValue={segment.name}
            disabled={!save}
          />
          <Group group={rule} choices={choices} name="Condition" depth={1} onChange={setRule} />
          {save ? (
            <div>
              <SubmitButton>Save segment</SubmitButton>
            </div>
          ) : null}
        </ActionForm>
      </Panel>
      <CountPanel
        counted={counted}
        subscribersPath={subscribersPath}
        withoutWords={(index) => ruleWords(rule.rules[index], choices)}
      />
    </div>
  );
}

function Group({
  group,
  choices,
  name,
  depth,
  onChange,
}: {
  group: SegmentGroup;
  choices: SegmentChoices;
  name: string;
  depth: number;
  onChange: (group: SegmentGroup) => void;
}) {
  const replace = (index: number, rule: SegmentRule | null) =>
    onChange({
      ...group,
      rules: group.rules.flatMap((one, i) => (i !== index ? [one] : rule ? [rule] : [])),
    });
  return (
    <fieldset className={depth > 1 ? "grid gap-3 rounded-panel border border-separator p-3" : "grid gap-3"}>
      <legend className="sr-only">{depth > 1 ? `${name}, a group` : "Conditions"}</legend>
      <div className="flex flex-wrap items-center gap-2 text-table">
        <span>People who match</span>
        <select
          aria-label={depth > 1 ? `${name}: all or any` : "All or any of the conditions"}
          className="control control-small w-auto"
          value={group.match}
          onChange={(event) => onChange({ ...group, match: event.target.value as SegmentGroup["match"] })}
        >
          <option value="all">all</option>
          <option value="any">any</option>
        </select>
        <span>of these:</span>
      </div>
      {group.rules.map((rule, i) =>
        "rules" in rule ? (
          <Group
            // biome-ignore lint/suspicious/noArrayIndexKey: a condition is its place in the rule
            key={i}
            group={rule}
            choices={choices}
            name={`${name} ${i + 1}`}
            depth={depth + 1}
            onChange={(next) => replace(i, next.rules.length > 0 ? next : null)}
          />
        ) : (
          <ConditionRow
            // biome-ignore lint/suspicious/noArrayIndexKey: a condition is its place in the rule
            key={i}
            rule={rule}
            choices={choices}
            name={`${name} ${i + 1}`}
            onChange={(next) => replace(i, next)}
            onRemove={() => replace(i, null)}
          />
        ),
      )}
      <div className="flex flex-wrap gap-2">
        <Button
          size="small"
          icon={<Plus />}
          onClick={() => onChange({ ...group, rules: [...group.rules, newCondition("engagement", choices)] })}
        >
          Add condition
        </Button>
        {depth < 3 ? (
          <Button
            size="small"
            variant="ghost"
            icon={<FolderPlus />}
            onClick={() =>
              onChange({
                ...group,
                rules: [...group.rules, { match: "any", rules: [newCondition("engagement", choices)] }],
              })
            }
          >
            Add group
          </Button>
        ) : null}
      </div>
    </fieldset>
  );
}

/** Counts a moment after the last change; an answer to an older rule is thrown away. */
function useCount(
  rule: SegmentGroup,
  preview: (input: { rule: SegmentGroup }) => Promise<Preview>,
): Preview | "counting" | null {
  const [state, setState] = useState<Preview | "counting" | null>(null);
  const turn = useRef(0);
  useEffect(() => {
    const mine = ++turn.current;
    if (rule.rules.length === 0) {
      setState(null);
      return;
    }
    setState("counting");
    const timer = setTimeout(async () => {
      const answer = await preview({ rule }).catch(
        (): Preview => ({ ok: false, reason: "Counting did not work just now." }),
      );
      if (mine === turn.current) setState(answer);
    }, WAIT_MS);
    return () => clearTimeout(timer);
  }, [rule, preview]);
  return state;
}

function CountPanel({
  counted,
  subscribersPath,
  withoutWords,
}: {
  counted: Preview | "counting" | null;
  subscribersPath: string;
  /** The rule at this place in words. */
  withoutWords: (index: number) => string;
}) {
  return (
    <Panel title="Right now">
      <div aria-live="polite" className="grid gap-3">
        {counted === null ? <p className="text-muted">Add a condition.</p> : null}
        {counted === "counting" ? <p className="text-muted">Counting…</p> : null}
        {counted && counted !== "counting" && !counted.ok ? (
          <p className="text-t-warning">{counted.reason}</p>
        ) : null}
        {counted && counted !== "counting" && counted.ok ? (
          <>
            <p>
              <span className="nums text-display font-semibold">{formatNumber(counted.count)}</span>{" "}
              <span className="text-muted">
                {counted.count === 1 ? "person" : "people"}, counted in {formatNumber(counted.ms)} ms
              </span>
            </p>
            {counted.count === 0 ? (
              <p className="text-muted">
                {counted.without
                  ? `Nobody matches all of them. Without ‘${withoutWords(counted.without.index)}’ it would be ${formatNumber(counted.without.count)}.`
                  : "Nobody matches. Take a condition away, or match any instead of all."}
              </p>
            ) : null}
            <ul className="grid gap-1 text-table">
              {counted.sample.map((person) => (
                <li key={person.id} className="truncate">
                  <Link className="ink-link" href={`${subscribersPath}/${person.id}`}>
                    {person.address}
                  </Link>{" "}
                  <span className="text-muted">{person.name}</span>
                </li>
              ))}
            </ul>
          </>
        ) : null}
      </div>
    </Panel>
  );
}
