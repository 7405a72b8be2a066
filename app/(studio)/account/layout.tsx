import type { Metadata } from "next";
import { Shell } from "../../_server/shell.tsx";

export const metadata: Metadata = { title: "Account" };

export default function Layout({ children }: LayoutProps<"/account">) {
  return <Shell workspace={null}>{children}</Shell>;
}
