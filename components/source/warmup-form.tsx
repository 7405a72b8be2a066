"use client";

import { useState } from "react";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { MultiSelect } from "#components/ui/multi-select.tsx";
import { type Option, Select } from "#components/ui/select.tsx";
import { TextArea } from "#components/ui/text-field.tsx";

/** Begins a warm-up: a plan, or an own table, for all providers or some. */
export function WarmupForm({
  action,
  sourceId,
  plans,
  providers,
  isAnew,
}: {
  action: FormAction;
  sourceId: number;
  plans: Option[];
  providers: Option[];
  /** Some are being warmed up already. */
  isAnew: boolean;
}) {
  const [plan, setPlan] = useState("gentle");
  return (
    <FormDialog
      label={isAnew ? "Begin anew…" : "Start warm-up…"}
      title={isAnew ? "Begin the warm-up anew" : "Start a warm-up"}
      action={action}
      values={{ sourceId: String(sourceId) }}
      confirmLabel={isAnew ? "Begin anew" : "Start warm-up"}
      success="Within a second the address keeps to its first day."
    >
      <p className="text-body text-muted">
        Providers distrust addresses that they have never seen. The mail of each sending day is capped, and
        spread over the day; a good day allows more on the next. What does not fit goes by other sources of
        the pool, or waits, as the pool says.
      </p>
      <Select
        name="plan"
        label="Plan"
        options={plans}
        defaultValue="gentle"
        onChange={(event) => setPlan(event.currentTarget.value)}
      />
      {plan === "own" ? (
        <TextArea
          name="daily"
          label="Mails on each sending day"
          placeholder="50, 100, 200, 400, 800"
          help="The first, second, third day, divided by commas. Never less than the day before."
        />
      ) : null}
      <MultiSelect
        name="buckets"
        label="Providers"
        options={providers}
        placeholder="All of them"
        help="Each is warmed up by itself: what one provider thinks of an address says nothing about the others."
      />
    </FormDialog>
  );
}
