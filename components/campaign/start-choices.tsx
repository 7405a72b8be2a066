"use client";

import "./campaign.css";
import { CodeXml, FileText, LayoutTemplate } from "lucide-react";
import type { ReactNode } from "react";
import { ActionForm } from "#components/ui/form.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { TextField } from "#components/ui/text-field.tsx";
import { MailThumbnail } from "./mail-thumbnail.tsx";

export type StartChoice = {
  /** As `from` of the verb: `blank`, `html`, `starter:letter`, `template:3`. */
  value: string;
  name: string;
  about: string;
  /** HTML for a picture of it; without, an icon. */
  html: string | null;
};

/** What a campaign or a template can start from, each with a picture; one is chosen, then a name is given. */
export function StartChoices({
  action,
  groups,
  chosen,
  nameLabel,
  nameRequired = false,
  submit,
}: {
  action: FormAction;
  groups: { title: string; choices: StartChoice[] }[];
  chosen: string;
  nameLabel: string;
  nameRequired?: boolean;
  submit: ReactNode;
}) {
  return (
    <ActionForm action={action} className="gap-6!">
      <div className="max-w-md">
        <TextField
          name="name"
          label={nameLabel}
          help={nameRequired ? undefined : "For your team only. Recipients see the subject."}
          maxLength={120}
          optional={!nameRequired}
          required={nameRequired}
          autoFocus
        />
      </div>
      {groups.map((group) => (
        <fieldset key={group.title} className="grid min-w-0 gap-3">
          <legend className="mb-3 text-panel font-semibold">{group.title}</legend>
          <div className="start-grid">
            {group.choices.map((choice) => (
              <label key={choice.value} className="start-card">
                <input
                  type="radio"
                  name="from"
                  value={choice.value}
                  defaultChecked={choice.value === chosen}
                  className="start-radio"
                />
                <span className="start-picture">
                  {choice.html ? (
                    <MailThumbnail html={choice.html} />
                  ) : choice.value === "html" ? (
                    <CodeXml aria-hidden="true" />
                  ) : choice.value === "blank" ? (
                    <FileText aria-hidden="true" />
                  ) : (
                    <LayoutTemplate aria-hidden="true" />
                  )}
                </span>
                <span className="start-name">{choice.name}</span>
                <span className="start-about">{choice.about}</span>
              </label>
            ))}
          </div>
        </fieldset>
      ))}
      <div className="start-submit">
        <SubmitButton>{submit}</SubmitButton>
      </div>
    </ActionForm>
  );
}
