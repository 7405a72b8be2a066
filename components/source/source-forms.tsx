"use client";

import { useState } from "react";
import { Checkbox } from "#components/ui/choice.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { Select } from "#components/ui/select.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { NumberField, TextArea, TextField } from "#components/ui/text-field.tsx";
import type { SourceRow } from "#core/source/read.ts";

/** The fields of a local address. */
export function IpSourceForm({
  action,
  source,
  submit,
}: {
  action: FormAction;
  source?: SourceRow;
  submit: string;
}) {
  return (
    <ActionForm
      action={action}
      values={{ kind: "ip", ...(source ? { sourceId: String(source.id) } : {}) }}
      label="A local IP address"
      success="Saved"
    >
      <TextField name="name" label="Name" required maxLength={60} defaultValue={source?.name} />
      <TextField
        name="ip"
        label="IP address"
        help="An address of the machine that the worker runs on. Connections leave from it, straight to the receivers."
        required
        mono
        defaultValue={source?.ip ?? ""}
      />
      <TextField
        name="heloName"
        label="Name in the greeting"
        help="The host name that this address resolves to, and back."
        required
        mono
        defaultValue={source?.heloName}
      />
      <div>
        <SubmitButton>{submit}</SubmitButton>
      </div>
    </ActionForm>
  );
}

/** The fields of a relay. A stored password stays unless a new one is typed. */
export function RelaySourceForm({
  action,
  source,
  submit,
}: {
  action: FormAction;
  source?: SourceRow;
  submit: string;
}) {
  const [tls, setTls] = useState<string>(source?.tls ?? "starttls");
  return (
    <ActionForm
      action={action}
      values={{ kind: "relay", ...(source ? { sourceId: String(source.id) } : {}) }}
      label="A relay"
      success="Saved"
    >
      <TextField name="name" label="Name" required maxLength={60} defaultValue={source?.name} />
      <div className="grid items-start gap-4 sm:grid-cols-3">
        <TextField name="host" label="Host" required mono defaultValue={source?.host ?? ""} />
        <TextField
          name="port"
          label="Port"
          type="number"
          min={1}
          max={65535}
          required
          defaultValue={String(source?.port ?? 587)}
        />
        <Select
          name="tls"
          label="Encryption"
          value={tls}
          onChange={(event) => setTls(event.target.value)}
          options={[
            { value: "starttls", label: "STARTTLS" },
            { value: "tls", label: "TLS from the start" },
            { value: "none", label: "none" },
          ]}
        />
      </div>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <TextField
          name="username"
          label="User"
          optional
          autoComplete="off"
          defaultValue={source?.username ?? ""}
        />
        <TextField
          name="password"
          label="Password"
          type="password"
          optional
          autoComplete="new-password"
          help={source?.hasPassword ? "One is stored. Type a new one to replace it." : "Stored encrypted."}
        />
      </div>
      {tls === "none" ? (
        <Checkbox
          name="clearPassword"
          label="Say the password in clear text"
          help="Everybody between here and the relay can read it, and the mail. Only on this machine or a wire of your own."
        />
      ) : (
        <TextArea
          name="certificate"
          label="Certificate to trust"
          optional
          mono
          rows={3}
          spellCheck={false}
          placeholder="-----BEGIN CERTIFICATE-----"
          defaultValue={source?.certificate ?? ""}
          help="For a relay that no public authority has signed: its certificate, or that of your authority (PEM). Then no other is believed. Without it the relay has to show one that is good for its name."
        />
      )}
      <TextField name="heloName" label="Name in the greeting" required mono defaultValue={source?.heloName} />
      <Limits source={source} />
      <div>
        <SubmitButton>{submit}</SubmitButton>
      </div>
    </ActionForm>
  );
}

function Limits({ source }: { source?: SourceRow }) {
  return (
    <div className="grid items-start gap-4 sm:grid-cols-2">
      <NumberField
        name="maxConnections"
        label="Connections at most"
        optional
        min={1}
        defaultValue={source?.maxConnections ?? undefined}
        help="At the same time. 10 unless you say."
      />
      <NumberField
        name="messagesPerMinute"
        label="Messages a minute at most"
        optional
        min={1}
        defaultValue={source?.messagesPerMinute ?? undefined}
      />
      <NumberField
        name="messagesPerHour"
        label="Messages an hour at most"
        optional
        min={1}
        defaultValue={source?.messagesPerHour ?? undefined}
        help="Spread evenly over the hour."
      />
      <NumberField
        name="messagesPerDay"
        label="Messages a day at most"
        optional
        min={1}
        defaultValue={source?.messagesPerDay ?? undefined}
        help="The quota of your plan there. Days begin at 00:00 UTC."
      />
    </div>
  );
}
