"use client";

import { Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { IconButton } from "#components/ui/icon-button.tsx";
import type { SegmentCondition, SegmentDate } from "#core/segment/types.ts";
import {
  type Choice,
  fieldChoices,
  fieldValue,
  newCondition,
  opChoices,
  type SegmentChoices,
  withOp,
} from "./rule-fields.ts";

/** One condition as a sentence of small fields. */
export function ConditionRow({
  rule,
  choices,
  name,
  onChange,
  onRemove,
}: {
  rule: SegmentCondition;
  choices: SegmentChoices;
  /** "Condition 2", read out before each field. */
  name: string;
  onChange: (rule: SegmentCondition) => void;
  onRemove: () => void;
}) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Pick
        label={`${name}: about`}
        value={fieldValue(rule)}
        options={fieldChoices(choices)}
        onChange={(value) => onChange(newCondition(value, choices))}
      />
      <Pick
        label={`${name}: relation`}
        value={rule.op}
        options={opChoices(rule, choices)}
        onChange={(op) => onChange(withOp(rule, op))}
      />
      <Value rule={rule} choices={choices} name={name} onChange={onChange} />
      <IconButton
        name={`Remove ${name.toLowerCase()}`}
        icon={<Trash2 />}
        size="small"
        tip="end"
        onClick={onRemove}
      />
    </div>
  );
}

function Value({
  rule,
  choices,
  name,
  onChange,
}: {
  rule: SegmentCondition;
  choices: SegmentChoices;
  name: string;
  onChange: (rule: SegmentCondition) => void;
}): ReactNode {
  if (rule.field === "subscription") {
    return (
      <>
        <Pick
          label={`${name}: standing`}
          value={rule.status}
          options={["confirmed", "pending", "unsubscribed"].map((value) => ({ value, label: value }))}
          onChange={(status) => onChange({ ...rule, status: status as typeof rule.status })}
        />
        <span className="text-table text-muted">on</span>
        <Pick
          label={`${name}: list`}
          value={String(rule.list)}
          options={choices.lists.map((list) => ({ value: String(list.id), label: list.name }))}
          onChange={(list) => onChange({ ...rule, list: Number(list) })}
        />
      </>
    );
  }
  if (rule.field === "engagement")
    return <EngagementValue rule={rule} choices={choices} name={name} onChange={onChange} />;
  if ("date" in rule)
    return (
      <DateValue label={`${name}: date`} date={rule.date} onChange={(date) => onChange({ ...rule, date })} />
    );
  if (rule.field === "tag") {
    return (
      <Text
        label={`${name}: tag`}
        value={rule.value}
        list={choices.tags}
        onChange={(value) => onChange({ ...rule, value })}
      />
    );
  }
  if (!("value" in rule)) return null;
  if (typeof rule.value === "number") {
    return (
      <NumberText
        label={`${name}: number`}
        value={rule.value}
        onChange={(value) => onChange({ ...rule, value } as SegmentCondition)}
      />
    );
  }
  return (
    <Text
      label={`${name}: text`}
      value={rule.value}
      onChange={(value) => onChange({ ...rule, value } as SegmentCondition)}
    />
  );
}

type Engagement = Extract<SegmentCondition, { field: "engagement" }>;

function EngagementValue({
  rule,
  choices,
  name,
  onChange,
}: {
  rule: Engagement;
  choices: SegmentChoices;
  name: string;
  onChange: (rule: SegmentCondition) => void;
}) {
  const ACTIONS: Choice[] = [
    { value: "clicked", label: "click" },
    { value: "opened", label: "open" },
    { value: "accepted", label: "get mail" },
  ];
  return (
    <>
      <Pick
        label={`${name}: action`}
        value={rule.action}
        options={ACTIONS}
        onChange={(action) => onChange({ ...rule, action: action as Engagement["action"] })}
      />
      <Pick
        label={`${name}: campaign`}
        value={String(rule.campaign ?? "")}
        options={[
          { value: "", label: "any campaign" },
          ...choices.campaigns.map((one) => ({ value: String(one.id), label: one.name })),
        ]}
        onChange={(value) => {
          const { campaign: _, ...rest } = rule;
          onChange(value === "" ? rest : { ...rest, campaign: Number(value) });
        }}
      />
      <Pick
        label={`${name}: when`}
        value={rule.since ? "since" : "ever"}
        options={[
          { value: "ever", label: "at any time" },
          { value: "since", label: "since" },
        ]}
        onChange={(when) => {
          const { since: _, ...rest } = rule;
          onChange(when === "ever" ? rest : { ...rest, since: { daysAgo: 90 } });
        }}
      />
      {rule.since ? (
        <DateValue
          label={`${name}: since`}
          date={rule.since}
          onChange={(since) => onChange({ ...rule, since })}
        />
      ) : null}
    </>
  );
}

function DateValue({
  label,
  date,
  onChange,
}: {
  label: string;
  date: SegmentDate;
  onChange: (date: SegmentDate) => void;
}) {
  const isRelative = "daysAgo" in date;
  return (
    <>
      {isRelative ? (
        <NumberText
          label={label}
          value={date.daysAgo}
          onChange={(daysAgo) => onChange({ daysAgo: Math.round(daysAgo) })}
        />
      ) : null}
      <Pick
        label={`${label}, kind`}
        value={isRelative ? "ago" : "on"}
        options={[
          { value: "ago", label: "days ago" },
          { value: "on", label: "the day" },
        ]}
        onChange={(kind) =>
          onChange(kind === "ago" ? { daysAgo: 30 } : { on: new Date().toISOString().slice(0, 10) })
        }
      />
      {isRelative ? null : (
        <Text label={label} type="date" value={date.on} onChange={(on) => onChange({ on })} />
      )}
    </>
  );
}

function Pick({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: (Choice | { label: string; options: Choice[] })[];
  onChange: (value: string) => void;
}) {
  return (
    <select
      aria-label={label}
      className="control control-small w-auto max-w-60"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {options.map((option) =>
        "options" in option ? (
          <optgroup key={option.label} label={option.label}>
            {option.options.map((one) => (
              <option key={one.value} value={one.value}>
                {one.label}
              </option>
            ))}
          </optgroup>
        ) : (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ),
      )}
    </select>
  );
}

/** A number field that keeps what is typed ("1.", nothing yet) while the rule holds the number. */
function NumberText(props: { label: string; value: number; onChange: (value: number) => void }) {
  const [typed, setTyped] = useState({ text: String(props.value), value: props.value });
  return (
    <Text
      label={props.label}
      type="number"
      value={typed.value === props.value ? typed.text : String(props.value)}
      onChange={(text) => {
        const value = Number(text) || 0;
        setTyped({ text, value });
        props.onChange(value);
      }}
    />
  );
}

function Text({
  label,
  value,
  type = "text",
  list,
  onChange,
}: {
  label: string;
  value: string;
  type?: string;
  list?: string[];
  onChange: (value: string) => void;
}) {
  const id = list ? `${label.replace(/\W+/g, "-")}-list` : undefined;
  return (
    <>
      <input
        aria-label={label}
        className={`control control-small ${type === "number" ? "w-24" : "w-44"}`}
        type={type}
        step={type === "number" ? "any" : undefined}
        value={value}
        list={id}
        maxLength={200}
        onChange={(event) => onChange(event.target.value)}
      />
      {list && id ? (
        <datalist id={id}>
          {list.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      ) : null}
    </>
  );
}
