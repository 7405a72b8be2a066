"use client";

import { useState } from "react";
import { MultiSelect } from "#components/ui/multi-select.tsx";
import { NumberField } from "#components/ui/text-field.tsx";

/** Which sources a pool has and, where it is more than one, the weight of each. Sends `sourceIds` and `weights`. */
export function PoolSources({
  sources,
  chosen,
}: {
  sources: { id: number; name: string }[];
  chosen: { id: number; weight: number }[];
}) {
  const [ids, setIds] = useState(chosen.map((source) => String(source.id)));
  const [weights, setWeights] = useState<Record<string, string>>(
    Object.fromEntries(chosen.map((source) => [source.id, String(source.weight)])),
  );
  const weightOf = (id: string) => weights[id] ?? "1";
  return (
    <>
      <MultiSelect
        name="sourceIds"
        label="Sources"
        options={sources.map((source) => ({ value: String(source.id), label: source.name }))}
        defaultValues={ids}
        onChange={setIds}
      />
      {ids.length > 1 ? (
        <fieldset className="grid gap-3">
          <legend className="mb-1.5 font-medium text-foreground">Weights</legend>
          <p className="text-help">
            A source with weight 3 gets three times the mail of one with weight 1: the light one waits while
            the heavy one is sending, so mail may take longer. With equal weights each takes as fast as it
            can.
          </p>
          {ids.map((id) => (
            <div key={id} className="grid grid-cols-[minmax(0,1fr)_6rem] items-center gap-3">
              <span className="truncate text-foreground">
                {sources.find((source) => String(source.id) === id)?.name}
              </span>
              <NumberField
                name={`weight-${id}`}
                label={`Weight of ${sources.find((source) => String(source.id) === id)?.name}`}
                hideLabel
                small
                required
                min={1}
                max={100}
                step={1}
                value={weightOf(id)}
                onChange={(event) => {
                  const { value } = event.currentTarget;
                  setWeights((before) => ({ ...before, [id]: value }));
                }}
              />
            </div>
          ))}
        </fieldset>
      ) : null}
      <input
        type="hidden"
        name="weights"
        value={JSON.stringify(Object.fromEntries(ids.map((id) => [id, weightOf(id)])))}
      />
    </>
  );
}
