/** Words of the public pages and of the foot of each campaign, in one place until there is a second language. */
export const WORDS = {
  unsubscribe: "Unsubscribe",
  preferences: "Preferences",
  brokenTitle: "This link is not complete",
  broken: "Open the newest mail that you got and use the link there.",
  listsOf: (names: string[], workspace: string): string =>
    names.length === 0 ? `all mail from ${workspace}` : joinNames(names),
  testMail: "This link is from a test mail, so there is nobody to change.",
} as const;

/** "A", "A and B", "A, B and C". */
export function joinNames(names: string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
