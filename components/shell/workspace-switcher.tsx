"use client";

import { Dropdown } from "@heroui/react/dropdown";
import { Check, ChevronsUpDown } from "lucide-react";
import { usePathname, useRouter } from "next/navigation";
import { Logo } from "../ui/logo.tsx";

export type WorkspaceLink = {
  slug: string;
  name: string;
  /** "Owner", "Marketer", "Viewer". */
  role?: string | undefined;
  /** "1 live, 16,083 waiting", or nothing. */
  note?: string | undefined;
};

/** Changes the workspace and keeps the section: Subscribers stays Subscribers. */
export function WorkspaceSwitcher({
  current,
  workspaces,
}: {
  current: { slug: string; name: string } | null;
  workspaces: WorkspaceLink[];
}) {
  const path = usePathname();
  const router = useRouter();
  const section = current && path.startsWith(`/${current.slug}/`) ? path.split("/")[2] : undefined;
  const face = (
    <>
      <Logo size={22} />
      <span className="grid min-w-0 flex-1 text-start">
        <span className="truncate text-body font-semibold">{current?.name ?? "All workspaces"}</span>
        <span className="text-axis text-muted max-md:hidden">{current ? "Workspace" : "Administration"}</span>
      </span>
    </>
  );
  if (workspaces.length === 0 || (workspaces.length === 1 && current))
    return <div className="switcher">{face}</div>;
  return (
    <Dropdown>
      <Dropdown.Trigger className="switcher switcher-open">
        {face}
        <span className="sr-only">, switch</span>
        <ChevronsUpDown className="icon text-muted" aria-hidden="true" />
      </Dropdown.Trigger>
      <Dropdown.Popover placement="bottom start">
        <Dropdown.Menu
          aria-label="Workspaces"
          onAction={(slug) => router.push(section ? `/${slug}/${section}` : `/${slug}`)}
        >
          {workspaces.map((workspace) => (
            <Dropdown.Item key={workspace.slug} id={workspace.slug} textValue={workspace.name}>
              <span className="grid min-w-0 flex-1">
                <span className="truncate font-medium">{workspace.name}</span>
                {workspace.role || workspace.note ? (
                  <span className="text-help text-muted">
                    {[workspace.role, workspace.note].filter(Boolean).join(", ")}
                  </span>
                ) : null}
              </span>
              {workspace.slug === current?.slug ? (
                <Check className="icon text-accent" aria-label="open now" />
              ) : null}
            </Dropdown.Item>
          ))}
        </Dropdown.Menu>
      </Dropdown.Popover>
    </Dropdown>
  );
}
