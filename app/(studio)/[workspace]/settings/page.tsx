import { redirect } from "next/navigation";

export default async function Page({ params }: PageProps<"/[workspace]/settings">) {
  redirect(`/${(await params).workspace}/settings/general`);
}
