import type { ReactNode } from "react";
import { PublicShell } from "#components/shell/public-shell.tsx";
import type { PublicWorkspace } from "#core/subscription/read-token.ts";

/** The frame of a page for subscribers, in the workspace's name and colour. Its words are English for now. */
export function PublicFrame({
  workspace,
  wide,
  children,
}: {
  workspace: PublicWorkspace;
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    <PublicShell
      name={workspace.name}
      brand={workspace.brandColor}
      logoUrl={workspace.logoFileId ? `/files/${workspace.logoFileId}` : null}
      wide={wide}
      footer={
        <p className="whitespace-pre-line">
          {[workspace.name, workspace.postalAddress].filter(Boolean).join("\n")}
        </p>
      }
    >
      {children}
    </PublicShell>
  );
}

/** For links that are cut, forged or of a workspace that is gone: says what to do, tells nothing. */
export function BrokenLink({ title, children }: { title: string; children: ReactNode }) {
  return (
    <PublicShell name="Lettermill">
      <h1>{title}</h1>
      <p className="text-muted">{children}</p>
    </PublicShell>
  );
}
