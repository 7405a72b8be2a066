"use client";

import { usePathname } from "next/navigation";
import { LinkTabs } from "#components/ui/link-tabs.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";

const PAGES = [
  ["general", "General"],
  ["senders", "Senders"],
  ["people", "People"],
  ["tracking", "Tracking"],
] as const;

/** Head of the settings pages, with the open one marked. */
export function SettingsTabs({ slug }: { slug: string }) {
  const path = usePathname();
  return (
    <PageHeader title="Settings">
      <LinkTabs
        label="Settings"
        tabs={PAGES.map(([key, label]) => {
          const href = `/${slug}/settings/${key}`;
          return { label, href, current: path.startsWith(href) };
        })}
      />
    </PageHeader>
  );
}
