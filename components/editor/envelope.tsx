"use client";

import { useState } from "react";
import { Checkbox } from "#components/ui/choice.tsx";
import { Select } from "#components/ui/select.tsx";
import { NumberField, TextArea, TextField } from "#components/ui/text-field.tsx";
import { AudiencePicker } from "./audience-picker.tsx";
import type { Draft, DraftPatch, EditorChoices, EditorUrls } from "./types.ts";

/** Subject, sender, audience and tracking. */
export function Envelope({
  draft,
  choices,
  urls,
  fields,
  readOnly,
  change,
  adopted,
}: {
  draft: Draft;
  choices: EditorChoices;
  urls: EditorUrls;
  /** Errors of the last save by field. */
  fields: Record<string, string>;
  readOnly: boolean;
  change: (patch: DraftPatch) => void;
  /** Changes where the draft came from the server anew, and fields with a state of their own start again. */
  adopted: string;
}) {
  const sender = choices.senders.find((one) => one.id === draft.senderId);
  const [hours, setHours] = useState(String(draft.expireAfterHours));
  const [hoursOf, setHoursOf] = useState(adopted);
  if (hoursOf !== adopted) {
    setHoursOf(adopted);
    setHours(String(draft.expireAfterHours));
  }
  const hoursWrong = !/^\d+$/.test(hours) || Number(hours) < 1 || Number(hours) > 720;
  const length = draft.subject.length;
  return (
    <fieldset disabled={readOnly} className="grid min-w-0 gap-4">
      <legend className="sr-only">Envelope</legend>
      <TextField
        name="subject"
        label="Subject"
        maxLength={500}
        value={draft.subject}
        onChange={(event) => change({ subject: event.currentTarget.value })}
        help={length === 0 ? "What people read first." : `${length} characters. Phones show about 38.`}
      />
      <TextArea
        name="preheader"
        label="Preview text"
        rows={2}
        maxLength={500}
        value={draft.preheader}
        onChange={(event) => change({ preheader: event.currentTarget.value })}
        help="Inboxes show it behind the subject."
      />
      <Select
        name="sender"
        label="From"
        value={draft.senderId === null ? "" : String(draft.senderId)}
        placeholder="Choose a sender"
        options={choices.senders.map((one) => ({
          value: String(one.id),
          label: `${one.name}, ${one.address}`,
        }))}
        help={sender ? `Signed by ${sender.domain}` : undefined}
        onChange={(event) => change({ senderId: Number(event.currentTarget.value) || null })}
      />
      <TextField
        name="replyTo"
        label="Replies go to"
        optional
        type="email"
        value={draft.replyTo ?? ""}
        placeholder={sender?.address}
        error={fields.replyTo}
        onChange={(event) => change({ replyTo: event.currentTarget.value })}
      />
      {urls.audience ? (
        <AudiencePicker
          key={adopted}
          audience={draft.audience}
          lists={choices.lists}
          segments={choices.segments}
          url={urls.audience}
          onChange={(audience) => change({ audience })}
        />
      ) : null}
      <div className="grid gap-2">
        <p className="text-table font-medium">Tracking</p>
        <Checkbox
          name="trackOpens"
          label="Opens"
          checked={draft.trackOpens}
          onChange={(event) => change({ trackOpens: event.currentTarget.checked })}
        />
        <Checkbox
          name="trackClicks"
          label="Clicks"
          checked={draft.trackClicks}
          onChange={(event) => change({ trackClicks: event.currentTarget.checked })}
        />
      </div>
      <NumberField
        name="expireAfterHours"
        label="Gives up after"
        unit="hours"
        min={1}
        max={720}
        value={hours}
        error={hoursWrong ? "1 to 720 hours." : undefined}
        help="News that is late may be worthless. Who was not reached by then is expired."
        onChange={(event) => {
          const { value } = event.currentTarget;
          setHours(value);
          if (/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 720) {
            change({ expireAfterHours: Number(value) });
          }
        }}
      />
    </fieldset>
  );
}
