"use client";

import { useState } from "react";
import { Banner } from "#components/ui/banner.tsx";
import { RadioCards } from "#components/ui/choice.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import type { ActionResult } from "#components/ui/form-types.ts";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { TextField } from "#components/ui/text-field.tsx";
import { ROLE_CAN, WORKSPACE_ROLES } from "#core/user/types.ts";

type Answer = ActionResult & { link?: string };

/** Invites by mail; in the sandbox, where mail goes nowhere, the link is shown as well. */
export function InviteForm({
  action,
  withRole = false,
}: {
  action: (form: FormData) => Promise<Answer>;
  /** In a workspace; administrators have no role to choose. */
  withRole?: boolean;
}) {
  const [link, setLink] = useState<string>();
  return (
    <div className="grid gap-4">
      <ActionForm
        action={async (form) => {
          const answer = await action(form);
          setLink(answer.ok ? answer.link : undefined);
          return answer;
        }}
        label="Invite"
        resetOnSuccess
      >
        <TextField name="address" label="E-mail address" type="email" required />
        {withRole ? (
          <RadioCards
            name="role"
            label="Role"
            columns={3}
            defaultValue="marketer"
            choices={[...WORKSPACE_ROLES].map((role) => ({
              value: role,
              label: `${role[0]?.toUpperCase()}${role.slice(1)}`,
              help: `${ROLE_CAN[role][0]?.toUpperCase()}${ROLE_CAN[role].slice(1)}`,
            }))}
          />
        ) : null}
        <div>
          <SubmitButton>Send the invitation</SubmitButton>
        </div>
      </ActionForm>
      {link ? (
        <Banner title="Mail stays in the sandbox, so here is the link.">
          <div className="mt-2">
            <CodeBlock label="Invitation link" copy>
              {link}
            </CodeBlock>
          </div>
        </Banner>
      ) : null}
    </div>
  );
}
