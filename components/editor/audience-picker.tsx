"use client";

import { useEffect, useRef, useState } from "react";
import { countOf, formatNumber } from "#components/ui/format.ts";
import { MultiSelect } from "#components/ui/multi-select.tsx";
import type { AudienceCount } from "#core/campaign/count-audience.ts";
import type { CampaignAudience } from "#core/campaign/types.ts";
import type { NamedId } from "./types.ts";

type Side = CampaignAudience["include"];

const toValues = (side: Side): string[] => [
  ...side.lists.map((id) => `list:${id}`),
  ...side.segments.map((id) => `segment:${id}`),
];

const toSide = (values: string[]): Side => {
  const of = (kind: string) =>
    values.filter((value) => value.startsWith(`${kind}:`)).map((value) => Number(value.split(":")[1]));
  return { lists: of("list"), segments: of("segment") };
};

/** Lists and segments that get the mail, those that do not, and how many people that is now. */
export function AudiencePicker({
  audience,
  lists,
  segments,
  url,
  onChange,
}: {
  audience: CampaignAudience;
  lists: NamedId[];
  segments: NamedId[];
  /** Route that counts. */
  url: string;
  onChange: (audience: CampaignAudience) => void;
}) {
  const options = [
    ...lists.map(({ id, name }) => ({ value: `list:${id}`, label: name })),
    ...segments.map(({ id, name }) => ({ value: `segment:${id}`, label: `${name} (segment)` })),
  ];
  const known = new Set(options.map((option) => option.value));
  const shown = (side: Side) => toValues(side).filter((value) => known.has(value));
  return (
    <div className="grid gap-4" id="field-audience">
      <MultiSelect
        name="include"
        label="Audience"
        placeholder="Lists and segments"
        options={options}
        defaultValues={shown(audience.include)}
        onChange={(values) => onChange({ ...audience, include: toSide(values) })}
        help={<LiveCount audience={audience} url={url} />}
      />
      <MultiSelect
        name="exclude"
        label="Leave out"
        optional
        placeholder="Lists and segments"
        options={options}
        defaultValues={shown(audience.exclude)}
        onChange={(values) => onChange({ ...audience, exclude: toSide(values) })}
      />
    </div>
  );
}

/** "48,214 people would get this now", counted again 400 ms after each change; older counts are dropped. */
function LiveCount({ audience, url }: { audience: CampaignAudience; url: string }) {
  const [count, setCount] = useState<AudienceCount | "counting" | "failed" | null>(null);
  const request = useRef<AbortController>(undefined);
  const key = JSON.stringify(audience);
  const isChosen = audience.include.lists.length + audience.include.segments.length > 0;

  useEffect(() => {
    request.current?.abort();
    if (!isChosen) return setCount(null);
    const abort = new AbortController();
    request.current = abort;
    setCount("counting");
    const timer = setTimeout(async () => {
      try {
        const response = await fetch(url, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ audience: JSON.parse(key) }),
          signal: abort.signal,
        });
        const answer = (await response.json()) as { ok: boolean; count: AudienceCount };
        setCount(answer.ok ? answer.count : "failed");
      } catch {
        if (!abort.signal.aborted) setCount("failed");
      }
    }, 400);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [key, url, isChosen]);

  if (!isChosen) return "Nobody yet. Choose a list.";
  if (count === null || count === "counting") return "Counting";
  if (count === "failed") return "Could not be counted. What is chosen is kept.";
  const out = count.candidates - count.audience;
  return (
    <span>
      {countOf(count.audience, "person", "people")} would get this now
      {out > 0 ? `, ${formatNumber(out)} ${out === 1 ? "is" : "are"} left out` : ""}
    </span>
  );
}
