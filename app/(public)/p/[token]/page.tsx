import type { Metadata } from "next";
import { makeContext } from "#app/_server/context.ts";
import { Banner } from "#components/ui/banner.tsx";
import { Button } from "#components/ui/button.tsx";
import { maskAddress, readManaged } from "#core/subscription/read-token.ts";
import { listsOnPage } from "#core/subscription/unsubscribe.ts";
import { WORDS } from "#core/subscription/words.ts";
import { BrokenLink, PublicFrame } from "../../public-frame.tsx";

export const metadata: Metadata = { title: "What you get" };

export default async function PreferencesPage({ params, searchParams }: PageProps<"/p/[token]">) {
  const { token } = await params;
  const query = await searchParams;
  const managed = await readManaged(makeContext({ kind: "system" }), token);
  if (!managed) return <BrokenLink title={WORDS.brokenTitle}>{WORDS.broken}</BrokenLink>;
  const { person, workspace } = managed;
  const shown = listsOnPage(managed);
  return (
    <PublicFrame workspace={workspace}>
      <div className="grid gap-2">
        <h1>What you get from {workspace.name}</h1>
        <p className="text-muted">
          {person ? (
            <>
              For <span className="text-foreground">{maskAddress(person.address)}</span>.
            </>
          ) : (
            WORDS.testMail
          )}
        </p>
      </div>
      {"saved" in query ? (
        <div role="status">
          <Banner tone="info">Saved. It holds from now on.</Banner>
        </div>
      ) : null}
      {"stopped" in query ? (
        <div role="status">
          <Banner tone="info">Everything is stopped. You get no more mail from {workspace.name}.</Banner>
        </div>
      ) : null}
      <form method="post" action={`/api/public/preferences/${token}`} className="grid gap-5">
        <fieldset className="grid gap-3">
          <legend className="sr-only">Lists</legend>
          {shown.map((list) => (
            <label key={list.id} className="panel flex items-start justify-between gap-4 p-4">
              <span className="grid gap-0.5">
                <span className="font-medium">{list.name}</span>
                {list.description ? <span className="text-body text-muted">{list.description}</span> : null}
              </span>
              <input
                type="checkbox"
                name="list"
                value={list.id}
                defaultChecked={list.status === "confirmed"}
                className="switch-track mt-0.5"
              />
            </label>
          ))}
          {shown.length === 0 ? <p className="text-muted">There is nothing to choose here yet.</p> : null}
        </fieldset>
        <Button type="submit" variant="primary" wide>
          Save
        </Button>
      </form>
      <form method="post" action={`/api/public/stop/${token}`}>
        <Button type="submit" variant="danger-ghost" wide>
          Stop everything from {workspace.name}
        </Button>
      </form>
    </PublicFrame>
  );
}
