"use client";

import { useEffect, useState } from "react";
import { SegmentedButtons } from "./segmented-buttons.tsx";
import { currentTheme, setTheme } from "./set-theme.ts";
import type { ThemeChoice } from "./theme.ts";

/** Light, dark, or as the device says. */
export function ThemeSwitch() {
  const [choice, setChoice] = useState<ThemeChoice>("system");
  useEffect(() => setChoice(currentTheme()), []);
  return (
    <SegmentedButtons
      label="Theme"
      value={choice}
      onChange={(next) => {
        setChoice(next);
        setTheme(next);
      }}
      options={[
        { value: "system", label: "System" },
        { value: "light", label: "Light" },
        { value: "dark", label: "Dark" },
      ]}
    />
  );
}
