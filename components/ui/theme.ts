/** What a person chose; "system" follows the device. */
export const themeChoices = ["system", "light", "dark"] as const;

export type ThemeChoice = (typeof themeChoices)[number];

/** Name of the cookie that keeps the choice. */
export const themeCookie = "theme";

/** Reads the cookie's value; anything unknown is "system". */
export function readTheme(value: string | undefined): ThemeChoice {
  return themeChoices.find((choice) => choice === value) ?? "system";
}
