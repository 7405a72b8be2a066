import { makeContext } from "#app/_server/context.ts";
import { readView } from "#core/campaign/read-view.ts";
import { findPublicWorkspace } from "#core/subscription/read-token.ts";
import { WORDS } from "#core/subscription/words.ts";
import { BrokenLink, PublicFrame } from "../../public-frame.tsx";

export async function generateMetadata({ params }: PageProps<"/v/[token]">) {
  const view = await readView(makeContext({ kind: "system" }), (await params).token);
  return { title: { absolute: view ? `${view.subject}, ${view.name}` : "Mail" } };
}

/** A mail in the browser: in a frame without scripts, since its HTML is the sender's own. */
export default async function ViewPage({ params }: PageProps<"/v/[token]">) {
  const ctx = makeContext({ kind: "system" });
  const view = await readView(ctx, (await params).token);
  const workspace = view && (await findPublicWorkspace(ctx, view.workspaceId));
  if (!view || !workspace) return <BrokenLink title={WORDS.brokenTitle}>{WORDS.broken}</BrokenLink>;
  return (
    <PublicFrame workspace={workspace} wide>
      <h1>{view.subject}</h1>
      {view.html ? (
        <iframe
          title={view.subject}
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          srcDoc={view.html}
          className="panel h-[75vh] w-full bg-white"
        />
      ) : (
        <pre className="panel overflow-x-auto p-4 whitespace-pre-wrap">{view.text}</pre>
      )}
    </PublicFrame>
  );
}
