"use client";

import { Send } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { RadioCards } from "#components/ui/choice.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { formatPeople } from "#components/ui/format.ts";
import { Panel } from "#components/ui/panel.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { DateTimeField, NumberField } from "#components/ui/text-field.tsx";

/** When it goes, and the button that carries the number. */
export function SendForm({
  action,
  values,
  people,
  takeBackSeconds,
  zone,
  zoneLabel,
  typeNumber,
  blockedBy,
}: {
  action: FormAction;
  values: Record<string, string>;
  people: number;
  takeBackSeconds: number;
  zone: string;
  zoneLabel: string;
  /** Why the number has to be typed; null where it has not. */
  typeNumber: string | null;
  /** Why it cannot be sent yet; null where it can. */
  blockedBy: string | null;
}) {
  const [when, setWhen] = useState("now");
  const router = useRouter();
  /** A refusal is mostly about a number that has moved: the page shows the new one beside it. */
  const send: FormAction = async (form) => {
    const result = await action(form);
    if (result?.ok === false) router.refresh();
    return result;
  };
  return (
    <ActionForm action={send} values={{ ...values, zone }} label="Send">
      <Panel title="When it goes out">
        <div className="grid gap-4">
          <RadioCards
            name="when"
            label="When"
            columns={2}
            value={when}
            onChange={setWhen}
            choices={[
              {
                value: "now",
                label: "Now",
                help:
                  takeBackSeconds > 0
                    ? `Starts ${takeBackSeconds} seconds after you press Send.`
                    : "Starts at once.",
              },
              { value: "later", label: "At a time", help: `In ${zoneLabel}.` },
            ]}
          />
          {when === "later" ? (
            <DateTimeField name="at" label="Date and time" zone={zoneLabel} required />
          ) : null}
          {typeNumber ? (
            <NumberField name="typedNumber" label={`Type ${people}`} help={typeNumber} required />
          ) : null}
          {blockedBy ? (
            <p className="text-t-danger">{blockedBy}</p>
          ) : (
            <div className="grid gap-1.5">
              <SubmitButton icon={<Send />} wide>
                {when === "now" ? `Send to ${formatPeople(people)}` : `Schedule for ${formatPeople(people)}`}
              </SubmitButton>
              <p className="text-center text-help text-muted">
                {when === "now" && takeBackSeconds > 0
                  ? `You have ${takeBackSeconds} seconds to take it back. `
                  : ""}
                After that you can pause, but not unsend.
              </p>
            </div>
          )}
        </div>
      </Panel>
    </ActionForm>
  );
}
