import type { Metadata } from "next";
import { requireAdministrator } from "../../_server/page.ts";
import { Shell } from "../../_server/shell.tsx";

export const metadata: Metadata = {
  title: { template: "%s, Administration, Lettermill", default: "Administration, Lettermill" },
};

export default async function Layout({ children }: LayoutProps<"/admin">) {
  await requireAdministrator();
  return <Shell workspace={null}>{children}</Shell>;
}
