import { MailCheck } from "lucide-react";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { makeContext } from "#app/_server/context.ts";
import { readPublicForm } from "#core/form/read-public.ts";
import { PublicFrame } from "../../../public-frame.tsx";

export const metadata: Metadata = { title: "Check your mail" };

/** The same for everybody, new or known: what is true stands in the mail. */
export default async function SentPage({ params, searchParams }: PageProps<"/f/[form]/sent">) {
  const form = await readPublicForm(makeContext({ kind: "system" }), (await params).form);
  if (!form) notFound();
  const { to } = await searchParams;
  return (
    <PublicFrame workspace={form.workspace}>
      <span className="grid size-10 place-items-center rounded-full bg-accent-soft text-accent">
        <MailCheck className="icon" aria-hidden="true" />
      </span>
      <div className="grid gap-2">
        <h1>Check your mail</h1>
        <p className="text-muted">
          We have written to{" "}
          <span className="text-foreground">
            {typeof to === "string" ? to.slice(0, 254) : "the address that you gave"}
          </span>{" "}
          in the name of {form.workspace.name}. Press Confirm in that mail and you are in.
        </p>
      </div>
      <p className="text-muted">
        Nothing there after some minutes? Look into the spam folder, or{" "}
        <a className="link" href={`/f/${form.publicId}`}>
          sign up again
        </a>{" "}
        if the address was wrong.
      </p>
    </PublicFrame>
  );
}
