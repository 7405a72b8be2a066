"use client";

import { useState } from "react";
import { ActionForm } from "#components/ui/form.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { TextField } from "#components/ui/text-field.tsx";
import { NewPasswordField } from "#components/user/new-password-field.tsx";
import type { Network } from "#core/source/types.ts";
import { WorkspaceFields } from "./workspace-fields.tsx";

/** The first run on one page: account, workspace, sender, how mail leaves. */
export function SetUpForm({
  action,
  token,
  zones,
  network,
}: {
  action: FormAction;
  token: string;
  zones: string[];
  network: Network;
}) {
  const [name, setName] = useState("");
  return (
    <ActionForm action={action} values={{ token }} label="Set up" className="gap-8">
      <Section title="Your account" text="You are the administrator: sources, domains, people, workspaces.">
        <TextField
          name="name"
          label="Your name"
          autoComplete="name"
          maxLength={100}
          onInput={(event) => setName(event.currentTarget.value)}
          required
        />
        <TextField name="address" label="E-mail address" type="email" autoComplete="username" required />
        <NewPasswordField />
      </Section>
      <Section title="The first workspace" text="One brand with its subscribers, campaigns and people.">
        <WorkspaceFields zones={zones} nameField="workspaceName" senderPlaceholder={name} />
      </Section>
      <Section
        title="How mail leaves"
        text={
          network === "sandbox"
            ? "Into the sandbox: mail servers on this machine that behave like the big providers. Nothing reaches the world, so try everything. Leaving the sandbox is a step of its own, with a checklist."
            : "To the internet, as NETWORK in the environment says. Add an address or a relay under Sources before the first campaign."
        }
      />
      <SubmitButton wide>Set up and open the workspace</SubmitButton>
    </ActionForm>
  );
}

function Section({ title, text, children }: { title: string; text: string; children?: React.ReactNode }) {
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div>
        <h2 className="text-panel font-semibold">{title}</h2>
        <p className="mt-0.5 text-table text-muted">{text}</p>
      </div>
      {children}
    </section>
  );
}
