/** Variables as the editor shows them: a name, and what stands there for people of whom it is not known. */

/** `subscriber.first_name`; whatever else is refused, since it becomes Liquid. */
const NAME = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;

/** The Liquid of a chip; empty where the name is none. */
export function variableLiquid(name: unknown, fallback: unknown): string {
  if (typeof name !== "string" || name.length > 100 || !NAME.test(name)) return "";
  // Liquid's strings know no escapes: a quote would end the fallback, a brace the output.
  const safe = typeof fallback === "string" ? fallback.replace(/["{}%\r\n]/g, "").trim() : "";
  return safe === "" ? `{{ ${name} }}` : `{{ ${name} | default: "${safe}" }}`;
}

const FIXED_LABELS: Record<string, string> = {
  "subscriber.email": "address",
  "workspace.name": "workspace name",
  "workspace.address": "postal address",
  "campaign.name": "campaign name",
  unsubscribe_url: "unsubscribe link",
  preferences_url: "preferences link",
  view_url: "link to the page",
};

/** Words for a chip: "first name, or there". */
export function variableLabel(name: string, fallback: string): string {
  const key = name.replace(/^subscriber\./, "");
  const label = FIXED_LABELS[name] ?? key.replaceAll("_", " ");
  return fallback ? `${label}, or ${fallback}` : label;
}
