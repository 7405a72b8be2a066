/** Variables that every mail knows, beside one `subscriber.<key>` for each attribute. */
export const BUILT_IN_VARIABLES = [
  "subscriber.email",
  "workspace.name",
  "workspace.address",
  "campaign.name",
  "unsubscribe_url",
  "preferences_url",
  "view_url",
] as const;

/** All variables of a workspace with these attribute keys. */
export function knownVariables(attributeKeys: readonly string[]): string[] {
  return [...BUILT_IN_VARIABLES, ...attributeKeys.map((key) => `subscriber.${key}`)];
}
