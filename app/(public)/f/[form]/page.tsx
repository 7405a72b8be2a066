import { notFound } from "next/navigation";
import { makeContext } from "#app/_server/context.ts";
import { SignUpForm } from "#components/form/sign-up-form.tsx";
import { readPublicForm } from "#core/form/read-public.ts";
import { PublicFrame } from "../../public-frame.tsx";

export async function generateMetadata({ params }: PageProps<"/f/[form]">) {
  const form = await readPublicForm(makeContext({ kind: "system" }), (await params).form);
  return { title: { absolute: form ? `${form.heading}, ${form.workspace.name}` : "Sign up" } };
}

/** The hosted sign-up page; it may stand in a frame on any site. */
export default async function SignUpPage({ params, searchParams }: PageProps<"/f/[form]">) {
  const form = await readPublicForm(makeContext({ kind: "system" }), (await params).form);
  if (!form) notFound();
  const { problem, address } = await searchParams;
  return (
    <PublicFrame workspace={form.workspace}>
      <SignUpForm
        form={form}
        action={`/api/public/sign-up/${form.publicId}`}
        problem={typeof problem === "string" ? problem.slice(0, 300) : undefined}
        address={typeof address === "string" ? address.slice(0, 254) : undefined}
      />
    </PublicFrame>
  );
}
