import { Check } from "lucide-react";
import type { Metadata } from "next";
import { makeContext } from "#app/_server/context.ts";
import { Button } from "#components/ui/button.tsx";
import { Time } from "#components/ui/time.tsx";
import { readConfirmation } from "#core/subscription/confirm.ts";
import { maskAddress } from "#core/subscription/read-token.ts";
import { joinNames, WORDS } from "#core/subscription/words.ts";
import { BrokenLink, PublicFrame } from "../../public-frame.tsx";

export const metadata: Metadata = { title: "Confirm" };

/** GET changes nothing; the button posts. */
export default async function ConfirmPage({ params, searchParams }: PageProps<"/c/[token]">) {
  const { token } = await params;
  const fresh = "done" in (await searchParams);
  const confirmation = await readConfirmation(makeContext({ kind: "system" }), token);
  if (!confirmation)
    return <BrokenLink title={WORDS.brokenTitle}>Open the mail again and use the button there.</BrokenLink>;
  const { workspace, person, lists, payload, form } = confirmation;
  const what = joinNames(lists.map((list) => list.name));
  const since = lists.every((list) => list.confirmedAt) ? lists[0]?.confirmedAt : null;
  return (
    <PublicFrame workspace={workspace}>
      {since ? (
        <>
          <span className="grid size-10 place-items-center rounded-full bg-success-soft text-t-success">
            <Check className="icon" aria-hidden="true" />
          </span>
          <div className="grid gap-2" role="status">
            <h1>{fresh ? `Welcome to ${what}` : "You are in"}</h1>
            <p className="text-muted">
              {fresh ? (
                <>
                  Confirmed for {maskAddress(person.address)}. Each mail has a link to change this or to
                  leave.
                </>
              ) : (
                <>
                  You are in since <Time at={since} zone="UTC" as="day" />. Nothing is left to do.
                </>
              )}
            </p>
          </div>
        </>
      ) : payload.expired ? (
        <>
          <h1>This link has expired</h1>
          <p className="text-muted">Confirm links work for a week. Sign up again and you get a new one.</p>
          {form ? (
            <p>
              <a className="link" href={`/f/${form.publicId}`}>
                Sign up again
              </a>
            </p>
          ) : null}
        </>
      ) : (
        <>
          <div className="grid gap-2">
            <h1>Confirm {what}</h1>
            <p className="text-muted">
              For <span className="text-foreground">{maskAddress(person.address)}</span>. Without this step
              you get no mail.
            </p>
          </div>
          <form method="post" action={`/api/public/confirm/${token}`}>
            <Button type="submit" variant="primary" wide>
              Confirm
            </Button>
          </form>
        </>
      )}
    </PublicFrame>
  );
}
