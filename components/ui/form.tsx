"use client";

import { CircleAlert } from "lucide-react";
import { useRouter } from "next/navigation";
import { type ReactNode, startTransition, useActionState, useEffect, useRef, useState } from "react";
import { cx } from "./cx.ts";
import { FormContext } from "./form-context.ts";
import { type ActionResult, type FormAction, refusalText } from "./form-types.ts";
import { showToast } from "./show-toast.ts";

/**
 * A form over a server action. Keeps what was typed when the answer is a refusal, writes each
 * error at its field, lists all of them at the top when there are more than two, and focuses the
 * first. On success: a toast with the answer's message (or `success`), with Undo if it has one.
 */
export function ActionForm({
  action,
  children,
  success,
  reasons,
  values,
  unsaved = false,
  resetOnSuccess = false,
  goTo,
  onSuccess,
  className,
  label,
}: {
  action: FormAction;
  children: ReactNode;
  /** Toast when the answer has no message of its own. */
  success?: string;
  /** Sentences for reason codes. */
  reasons?: Record<string, string>;
  /** Hidden fields. */
  values?: Record<string, string>;
  /** Says "Unsaved changes" once something is touched, and asks before the tab is closed. */
  unsaved?: boolean;
  resetOnSuccess?: boolean;
  /** Where to go when it worked. */
  goTo?: string;
  onSuccess?: (result: ActionResult | undefined) => void;
  className?: string;
  label?: string;
}) {
  const form = useRef<HTMLFormElement>(null);
  const router = useRouter();
  const [dirty, setDirty] = useState(false);
  const [touched, setTouched] = useState<Set<string>>(new Set());
  /** An error names a field that the form does not show: it can only be said at the top. */
  const [homeless, setHomeless] = useState(false);
  const [state, submit, pending] = useActionState<
    // The words of the form as it was sent: the answer may bring a page on which another form stands in its place.
    { result: ActionResult | undefined; n: number; success?: string | undefined },
    FormData
  >(async (before, data) => ({ result: (await action(data)) ?? undefined, n: before.n + 1, success }), {
    result: undefined,
    n: 0,
  });
  const refusal = state.result?.ok === false ? state.result : null;
  const errors: Record<string, string> = {};
  for (const [name, text] of Object.entries(refusal?.fields ?? {})) {
    if (!touched.has(name)) errors[name] = reasons?.[text] ?? text;
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once per answer, `n` counts them
  useEffect(() => {
    if (state.n === 0) return;
    const result = state.result;
    setTouched(new Set());
    if (result?.ok === false) {
      const names = Object.keys(result.fields ?? {});
      const here = [...(form.current?.elements ?? [])].map(fieldName);
      setHomeless(names.some((name) => !here.includes(name)));
      const first = [...(form.current?.elements ?? [])].find(
        (element) => element instanceof HTMLElement && names.includes(fieldName(element)),
      );
      const top = form.current?.querySelector<HTMLElement>("[data-form-errors]");
      const target = names.length > 2 ? top : ((first as HTMLElement | undefined) ?? top);
      target?.focus();
      return;
    }
    setDirty(false);
    const message = result?.message ?? state.success;
    if (message) showToast(message, result?.undo ? { undo: result.undo } : {});
    if (resetOnSuccess) form.current?.reset();
    onSuccess?.(result);
    if (goTo) router.push(goTo);
  }, [state.n]);

  useEffect(() => {
    if (!unsaved || !dirty) return;
    const hold = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", hold);
    return () => window.removeEventListener("beforeunload", hold);
  }, [unsaved, dirty]);

  const fieldErrors = Object.entries(refusal?.fields ?? {});
  const atTop = fieldErrors.length === 0 || fieldErrors.length > 2 || homeless;
  return (
    <FormContext value={{ pending, errors }}>
      <form
        ref={form}
        noValidate={false}
        aria-label={label}
        className={cx("grid grid-cols-[minmax(0,1fr)] gap-4", className)}
        action={submit}
        onSubmit={(event) => {
          // React would empty the fields after its own form action, also when it was refused.
          event.preventDefault();
          if (pending) return;
          const native = event.nativeEvent as SubmitEvent;
          const data = new FormData(event.currentTarget, native.submitter);
          startTransition(() => submit(data));
        }}
        onInput={(event) => {
          setDirty(true);
          const name = (event.target as HTMLInputElement).name;
          if (name && errors[name]) setTouched((before) => new Set(before).add(name));
        }}
      >
        {Object.entries(values ?? {}).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        {refusal ? (
          <div
            data-form-errors
            tabIndex={-1}
            role="alert"
            className={
              atTop
                ? "flex gap-2.5 rounded-control bg-danger-soft px-3 py-2.5 text-danger-soft-foreground"
                : "sr-only"
            }
          >
            <CircleAlert className="icon mt-0.5" aria-hidden="true" />
            <div className="min-w-0">
              <p className="font-medium">{refusalText(refusal, reasons)}</p>
              {fieldErrors.length > 0 && atTop ? (
                <ul className="mt-1 list-disc pl-4 text-table">
                  {fieldErrors.map(([name, text]) => (
                    <li key={name}>{reasons?.[text] ?? text}</li>
                  ))}
                </ul>
              ) : null}
            </div>
          </div>
        ) : null}
        {children}
        {unsaved && dirty ? (
          <p className="text-help text-t-warning" role="status">
            Unsaved changes
          </p>
        ) : null}
      </form>
    </FormContext>
  );
}

/** The field that a control is for; one whose values are hidden fields beside it says so in `data-field`. */
function fieldName(element: Element): string {
  return element.getAttribute("name") ?? element.getAttribute("data-field") ?? "";
}
