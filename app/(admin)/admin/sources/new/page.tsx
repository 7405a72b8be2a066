import type { Metadata } from "next";
import { requireAdministrator } from "#app/_server/page.ts";
import { IpSourceForm, RelaySourceForm } from "#components/source/source-forms.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Panel } from "#components/ui/panel.tsx";
import { createSourceAction } from "../actions.ts";

export const metadata: Metadata = { title: "Add a source" };

export default async function Page() {
  await requireAdministrator();
  return (
    <div className="page">
      <PageHeader
        crumbs={[{ label: "Sources & pools", href: "/admin/sources" }, { label: "Add" }]}
        title="Add a source"
        subtitle="It joins the default pool and carries mail at once."
      />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Panel
          title="A local IP address"
          description="Straight to the receivers, at the pace that each accepts."
        >
          <IpSourceForm action={createSourceAction} submit="Add the address" />
        </Panel>
        <Panel
          title="A relay"
          description="Another server passes the mail on: your Postfix, SES, SendGrid, Mailgun."
        >
          <RelaySourceForm action={createSourceAction} submit="Add the relay" />
        </Panel>
      </div>
    </div>
  );
}
