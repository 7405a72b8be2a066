/** What a server action answers. Fields are named as in the form; every text is a sentence to show. */
export type ActionResult =
  | { ok: true; message?: string; undo?: () => Promise<unknown> }
  | { ok: false; reason: string; message?: string; fields?: Record<string, string> };

/** A server action as the kit calls it. Nothing returned counts as done. */
// biome-ignore lint/suspicious/noConfusingVoidType: an action without a return statement is welcome too
export type FormAction = (form: FormData) => Promise<ActionResult | void>;

/** The sentence for a refusal: its message, else the wording for its code, else the reason itself. */
export function refusalText(
  result: { reason: string; message?: string | undefined },
  reasons: Record<string, string> = {},
): string {
  return result.message ?? reasons[result.reason] ?? result.reason;
}
