import { Check, Undo2 } from "lucide-react";
import type { Metadata } from "next";
import { makeContext } from "#app/_server/context.ts";
import { Button } from "#components/ui/button.tsx";
import { type Managed, maskAddress, readManaged } from "#core/subscription/read-token.ts";
import { WORDS } from "#core/subscription/words.ts";
import { BrokenLink, PublicFrame } from "../../public-frame.tsx";

export const metadata: Metadata = { title: "Unsubscribe" };

/** GET changes nothing (scanners follow links); the button posts to the same address. */
export default async function UnsubscribePage({ params }: PageProps<"/u/[token]">) {
  const { token } = await params;
  const managed = await readManaged(makeContext({ kind: "system" }), token);
  if (!managed) return <BrokenLink title={WORDS.brokenTitle}>{WORDS.broken}</BrokenLink>;
  const stillOn = managed.linkLists.filter((list) => list.status !== "unsubscribed" && list.status !== null);
  const what = WORDS.listsOf(
    managed.token.lists.length === 0 ? [] : managed.linkLists.map((list) => list.name),
    managed.workspace.name,
  );
  return (
    <PublicFrame workspace={managed.workspace}>
      {!managed.person ? (
        <>
          <h1>Unsubscribe from {what}</h1>
          <p className="text-muted">{WORDS.testMail}</p>
        </>
      ) : stillOn.length > 0 ? (
        <Ask token={token} what={what} address={managed.person.address} />
      ) : (
        <Done token={token} what={what} managed={managed} address={managed.person.address} />
      )}
    </PublicFrame>
  );
}

function Ask({ token, what, address }: { token: string; what: string; address: string }) {
  return (
    <>
      <div className="grid gap-2">
        <h1>Unsubscribe from {what}?</h1>
        <p className="text-muted">
          For <span className="text-foreground">{maskAddress(address)}</span>. No log-in, no questions. It
          takes effect at once.
        </p>
      </div>
      <form method="post" action={`/u/${token}`}>
        <input type="hidden" name="by" value="page" />
        <Button type="submit" variant="primary" wide>
          Unsubscribe
        </Button>
      </form>
      <p>
        <a className="link" href={`/p/${token}`}>
          Choose what you get instead
        </a>
      </p>
    </>
  );
}

function Done({
  token,
  what,
  managed,
  address,
}: {
  token: string;
  what: string;
  managed: Managed;
  address: string;
}) {
  const others = managed.lists.filter((list) => list.status === "confirmed");
  return (
    <>
      <span className="grid size-10 place-items-center rounded-full bg-success-soft text-t-success">
        <Check className="icon" aria-hidden="true" />
      </span>
      <div className="grid gap-2" role="status">
        <h1>You are unsubscribed from {what}</h1>
        <p className="text-muted">
          <span className="text-foreground">{maskAddress(address)}</span> gets no more of it, from now on. A
          mail that is already on its way may still arrive today.
        </p>
      </div>
      <form method="post" action={`/api/public/undo/${token}`}>
        <Button type="submit" wide icon={<Undo2 />}>
          That was a mistake, undo
        </Button>
      </form>
      {others.length > 0 ? (
        <section className="grid gap-3">
          <h2>Still coming to you</h2>
          <ul className="grid gap-1">
            {others.map((list) => (
              <li key={list.id}>{list.name}</li>
            ))}
          </ul>
          <p>
            <a className="link" href={`/p/${token}`}>
              Choose what you get
            </a>
          </p>
        </section>
      ) : null}
    </>
  );
}
