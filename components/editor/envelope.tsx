"use client";

import { Braces } from "lucide-react";
import { useRef, useState } from "react";
import { liquidWords } from "#components/campaign/liquid-words.ts";
import { Checkbox } from "#components/ui/choice.tsx";
import { Menu } from "#components/ui/menu.tsx";
import { Select } from "#components/ui/select.tsx";
import { NumberField, TextArea, TextField } from "#components/ui/text-field.tsx";
import type { CampaignCheck } from "#core/campaign/checks.ts";
import { AudiencePicker } from "./audience-picker.tsx";
import { variableOptions } from "./block-inspector.tsx";
import type { Draft, DraftPatch, EditorChoices, EditorUrls } from "./types.ts";
import { variableLiquid } from "./variable.ts";

/** Subject, sender, audience and tracking. */
export function Envelope({
  draft,
  choices,
  urls,
  fields,
  readOnly,
  change,
  adopted,
  checks,
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
  checks: CampaignCheck[];
}) {
  const sender = choices.senders.find((one) => one.id === draft.senderId);
  const [hours, setHours] = useState(String(draft.expireAfterHours));
  const [hoursOf, setHoursOf] = useState(adopted);
  if (hoursOf !== adopted) {
    setHoursOf(adopted);
    setHours(String(draft.expireAfterHours));
  }
  const hoursWrong = !/^\d+$/.test(hours) || Number(hours) < 1 || Number(hours) > 720;
  const length = [...liquidWords(draft.subject)].length;
  const problem = (place: "subject" | "preheader") =>
    checks.find((check) => check.id.startsWith(`liquid-${place}`) && check.severity === "block")?.sentence;
  const box = useRef<HTMLFieldSetElement>(null);
  const lastField = useRef<"subject" | "preheader">("subject");
  function putVariable(name: string) {
    const field = box.current?.querySelector<HTMLInputElement>(`[name=${lastField.current}]`);
    const at = field?.selectionStart ?? field?.value.length ?? 0;
    const text = field?.value ?? "";
    const liquid = variableLiquid(name, name === "subscriber.first_name" ? "there" : "");
    change({ [lastField.current]: text.slice(0, at) + liquid + text.slice(field?.selectionEnd ?? at) });
  }
  return (
    <fieldset
      ref={box}
      disabled={readOnly}
      className="grid min-w-0 gap-4"
      onFocus={(event) => {
        const { name } = event.target as unknown as { name?: string };
        if (name === "subject" || name === "preheader") lastField.current = name;
      }}
    >
      <legend className="sr-only">Envelope</legend>
      <TextField
        name="subject"
        label="Subject"
        maxLength={500}
        value={draft.subject}
        error={problem("subject")}
        onChange={(event) => change({ subject: event.currentTarget.value })}
        help={length === 0 ? "What people read first." : `${length} characters. Phones show about 38.`}
      />
      <TextArea
        name="preheader"
        label="Preview text"
        rows={2}
        maxLength={500}
        value={draft.preheader}
        error={problem("preheader")}
        onChange={(event) => change({ preheader: event.currentTarget.value })}
        help="Inboxes show it behind the subject."
      />
      {readOnly ? null : (
        <div className="-mt-2">
          <Menu
            name="Variable in the subject or the preview text"
            label="Variable"
            icon={<Braces />}
            variant="ghost"
            size="small"
            items={variableOptions(choices.attributes).map(({ value, label: words }) => ({
              id: value,
              label: words,
              onSelect: () => putVariable(value),
            }))}
          />
        </div>
      )}
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
