"use client";

import { Checkbox } from "#components/ui/choice.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { NumberField, TextArea, TextField } from "#components/ui/text-field.tsx";
import { BrandColorField } from "./brand-color-field.tsx";
import { TimeZoneSelect } from "./time-zone-select.tsx";

/** Name, colour, postal address, zone, the two brakes before sending, and what becomes of uncertain mails. */
export function GeneralForm({
  action,
  zones,
  values,
  readOnly,
}: {
  action: FormAction;
  zones: string[];
  values: {
    name: string;
    brandColor: string;
    postalAddress: string;
    timeZone: string;
    takeBackSeconds: number;
    typeNumberAbove: number | null;
    repeatUncertain: boolean;
  };
  readOnly: boolean;
}) {
  return (
    <ActionForm action={action} success="Saved" label="Workspace" unsaved={!readOnly}>
      <fieldset disabled={readOnly} className="contents">
        <TextField name="name" label="Name" defaultValue={values.name} maxLength={80} required />
        <BrandColorField defaultValue={values.brandColor} />
        <TextArea
          name="postalAddress"
          label="Postal address"
          help={
            values.postalAddress
              ? "Stands in the footer of every mail."
              : "Without one nothing goes out: the law asks for it in every mail."
          }
          defaultValue={values.postalAddress}
          rows={3}
          maxLength={500}
        />
        <TimeZoneSelect zones={zones} defaultValue={values.timeZone} />
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <NumberField
            name="takeBackSeconds"
            label="Take back"
            help="How long a campaign can be taken back after Send. 0 to 300."
            unit="seconds"
            min={0}
            max={300}
            defaultValue={values.takeBackSeconds}
            required
          />
          <NumberField
            name="typeNumberAbove"
            label="Type the number above"
            help="Send asks for the number of people above this. Empty: never."
            unit="people"
            min={1}
            defaultValue={values.typeNumberAbove ?? undefined}
            optional
          />
        </div>
        <Checkbox
          name="repeatUncertain"
          label="Send once more where nobody knows whether a mail arrived"
          help="A connection may end after the whole mail was handed over, and before the answer. Off: these people are counted as uncertain and get no second mail. On: they may get two."
          defaultChecked={values.repeatUncertain}
        />
        {readOnly ? null : (
          <div>
            <SubmitButton>Save</SubmitButton>
          </div>
        )}
      </fieldset>
    </ActionForm>
  );
}
