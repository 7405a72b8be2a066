import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { AuthShell } from "#components/shell/auth-shell.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import { SubmitButton } from "#components/ui/submit-button.tsx";
import { TextField } from "#components/ui/text-field.tsx";
import { SetUpForm } from "#components/workspace/set-up-form.tsx";
import { env } from "#core/platform/env.ts";
import { effectiveNetwork } from "#core/platform/network.ts";
import { isFirstRun } from "#core/user/read.ts";
import { readNetwork } from "#core/workspace/read-network.ts";
import { timeZones } from "#core/workspace/rules.ts";
import { isFirstRunToken } from "#core/workspace/set-up.ts";
import { makeContext } from "../../_server/context.ts";
import { setUpAction } from "../actions.ts";
import { openSetUpAction } from "./actions.ts";

export const metadata: Metadata = { title: "Set up", referrer: "no-referrer" };

export default async function Page({ searchParams }: PageProps<"/setup">) {
  const ctx = makeContext({ kind: "system" });
  if (!(await isFirstRun(ctx))) redirect("/");
  const { token } = await searchParams;
  if (typeof token !== "string" || !isFirstRunToken(ctx.settings.secret, token)) {
    return (
      <AuthShell
        title="Set up Lettermill"
        lead="The start printed an address with a token, so that only somebody at this machine can become administrator."
      >
        <ActionForm action={openSetUpAction} label="Open the set-up page">
          <TextField
            name="token"
            label="Token"
            mono
            autoComplete="off"
            placeholder="xxxx-xxxx-xxxx"
            required
          />
          <SubmitButton wide>Continue</SubmitButton>
        </ActionForm>
      </AuthShell>
    );
  }
  const { network } = effectiveNetwork(env(), { network: await readNetwork(ctx) });
  return (
    <AuthShell
      title="Set up Lettermill"
      lead="An account, a workspace, and the address your mail comes from. Everything can be changed later."
      wide
    >
      <SetUpForm action={setUpAction} token={token} zones={timeZones()} network={network} />
    </AuthShell>
  );
}
