import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { AuthShell } from "#components/shell/auth-shell.tsx";
import { LogInForm } from "#components/user/log-in-form.tsx";
import { isFirstRun } from "#core/user/read.ts";
import { makeContext } from "../../_server/context.ts";
import { safePath } from "../../_server/request.ts";
import { currentSession } from "../../_server/session.ts";
import { logInAction } from "../actions.ts";

export const metadata: Metadata = { title: "Log in" };

export default async function Page({ searchParams }: PageProps<"/login">) {
  const { next } = await searchParams;
  const path = safePath(typeof next === "string" ? next : undefined);
  if (await currentSession()) redirect(path);
  if (await isFirstRun(makeContext({ kind: "system" }))) redirect("/setup");
  return (
    <AuthShell
      title="Log in"
      footer={
        <Link className="link" href="/reset">
          Forgot your password
        </Link>
      }
    >
      <LogInForm action={logInAction} next={path} />
    </AuthShell>
  );
}
