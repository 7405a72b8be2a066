"use client";

import { useState } from "react";
import { TextArea, TextField } from "#components/ui/text-field.tsx";
import { slugFor } from "#core/workspace/rules.ts";
import { TimeZoneSelect } from "./time-zone-select.tsx";

/** Name, address part, postal address, zone and the default sender of a new workspace. */
export function WorkspaceFields({
  zones,
  nameField = "name",
  senderPlaceholder = "",
}: {
  zones: string[];
  /** The first-run form has a person's name too. */
  nameField?: string;
  senderPlaceholder?: string;
}) {
  const [name, setName] = useState("");
  const [slug, setSlug] = useState<string>();
  return (
    <>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <TextField
          name={nameField}
          label="Workspace name"
          maxLength={80}
          onInput={(event) => setName(event.currentTarget.value)}
          required
        />
        <TextField
          name="slug"
          label="Address part"
          help="Pages are at /this-word. Three letters or more."
          value={slug ?? slugFor(name)}
          onChange={(event) => setSlug(event.currentTarget.value)}
          maxLength={40}
          autoCapitalize="none"
          spellCheck={false}
          mono
          required
        />
      </div>
      <TextArea
        name="postalAddress"
        label="Postal address"
        help="Stands in the footer of every mail. The law asks for it; without one nothing goes out."
        rows={3}
        autoComplete="street-address"
        required
      />
      <TimeZoneSelect zones={zones} />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <TextField
          name="senderName"
          label="Sender name"
          help="What recipients see first."
          placeholder={name || senderPlaceholder || undefined}
          maxLength={100}
          required
        />
        <TextField
          name="senderAddress"
          label="Sender address"
          type="email"
          help="Its domain signs your mail. In the sandbox any name does, like news@nordkai.example."
          required
        />
      </div>
    </>
  );
}
