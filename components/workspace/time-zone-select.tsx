"use client";

import { useEffect, useRef } from "react";
import { Select } from "#components/ui/select.tsx";

/** All time zones; a new form starts with the browser's. */
export function TimeZoneSelect({ zones, defaultValue }: { zones: string[]; defaultValue?: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const select = box.current?.querySelector("select");
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (select && !defaultValue && zones.includes(here)) select.value = here;
  }, [zones, defaultValue]);
  return (
    <div ref={box}>
      <Select
        name="timeZone"
        label="Time zone"
        help="Times on pages and in schedules are told in it."
        options={zones.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }))}
        defaultValue={defaultValue ?? "UTC"}
      />
    </div>
  );
}
