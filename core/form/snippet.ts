import { escapeHtml } from "../system-mail/catalogue.ts";

/** The form as plain HTML for any site: no script, no style of ours. */
export function formSnippet(
  appUrl: string,
  form: { publicId: string; wording: string; buttonLabel: string },
  fields: { key: string; label: string }[],
): string {
  return [
    `<form method="post" action="${escapeHtml(appUrl)}/api/public/sign-up/${form.publicId}">`,
    `  <label>E-mail address <input type="email" name="address" required></label>`,
    ...fields.map((field) => `  <label>${escapeHtml(field.label)} <input name="attr_${field.key}"></label>`),
    `  <input name="website" tabindex="-1" autocomplete="off" style="position:absolute;left:-10000px" aria-hidden="true">`,
    `  <label><input type="checkbox" name="consent" required> ${escapeHtml(form.wording)}</label>`,
    `  <button>${escapeHtml(form.buttonLabel)}</button>`,
    "</form>",
  ].join("\n");
}
