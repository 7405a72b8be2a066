import { revalidatePath } from "next/cache";
import { redirect, unstable_rethrow } from "next/navigation";
import type { z } from "zod";
import {
  type AdminCtx,
  CoreError,
  type Ctx,
  type Refusal,
  type Result,
  refuse,
  type WorkspaceCtx,
} from "#core/platform/context.ts";
import { log } from "#core/platform/log.ts";
import type { WorkspaceRole } from "#core/user/types.ts";
import { authorizeAdministrator, authorizeUser, authorizeWorkspace, type UserCtx } from "./authorize.ts";
import { makeContext } from "./context.ts";
import { formDataToObject } from "./form-data.ts";
import { requestOrigin } from "./request.ts";

type Verb<C, S extends z.ZodType, T extends object> = (ctx: C, input: z.output<S>) => Promise<Result<T>>;

export type ActionOptions = {
  /** False: the page is not rendered again after success (autosave). */
  refresh?: boolean;
};

/** A server action of a workspace: session, membership, role, parsed input, then the verb. Bind the slug in the page. */
export function workspaceAction<S extends z.ZodType, T extends object>(
  role: WorkspaceRole,
  schema: S,
  verb: Verb<WorkspaceCtx, S, T>,
  options?: ActionOptions,
) {
  return async (slug: string, input: FormData | unknown): Promise<Result<T>> =>
    run(() => authorizeWorkspace(role, slug), schema, verb, input, options);
}

/** A server action of the installation. */
export function adminAction<S extends z.ZodType, T extends object>(
  schema: S,
  verb: Verb<AdminCtx, S, T>,
  options?: ActionOptions,
) {
  return async (input: FormData | unknown): Promise<Result<T>> =>
    run(authorizeAdministrator, schema, verb, input, options);
}

/** A server action for the logged-in person's own things. */
export function userAction<S extends z.ZodType, T extends object>(schema: S, verb: Verb<UserCtx, S, T>) {
  return async (input: FormData | unknown): Promise<Result<T>> => run(authorizeUser, schema, verb, input);
}

/** A server action that anybody may call; the verb itself limits and checks tokens. */
export function publicAction<S extends z.ZodType, T extends object>(schema: S, verb: Verb<Ctx, S, T>) {
  return async (input: FormData | unknown): Promise<Result<T>> =>
    run(async () => makeContext({ kind: "subscriber", ...(await requestOrigin()) }), schema, verb, input);
}

async function run<C, S extends z.ZodType, T extends object>(
  authorize: () => Promise<C>,
  schema: S,
  verb: Verb<C, S, T>,
  input: FormData | unknown,
  options: ActionOptions = {},
): Promise<Result<T>> {
  let result: Result<T>;
  try {
    const ctx = await authorize();
    const parsed = schema.safeParse(input instanceof FormData ? formDataToObject(input, schema) : input);
    if (!parsed.success) return refuseInput(parsed.error);
    result = await verb(ctx, parsed.data);
  } catch (error) {
    unstable_rethrow(error);
    return refuseError(error);
  }
  if (!result.ok) return result;
  if (options.refresh !== false) revalidatePath("/", "layout");
  if ("redirectTo" in result && typeof result.redirectTo === "string") redirect(result.redirectTo);
  return result;
}

/** The first mistake of each field, in its words. */
export function refuseInput(error: z.ZodError): Refusal {
  const fields: Record<string, string> = {};
  for (const issue of error.issues) {
    const name = issue.path.map(String).join(".") || "form";
    fields[name] ??= issue.message;
    const top = issue.path[0];
    if (top !== undefined) fields[String(top)] ??= issue.message;
  }
  const first = error.issues[0]?.message ?? "";
  return refuse(error.issues.length === 1 ? first : "Some of this is not right yet.", fields);
}

function refuseError(error: unknown): Refusal {
  if (error instanceof CoreError) return refuse(error.message);
  const id = Math.random().toString(36).slice(2, 8);
  log("web").error({ err: error, errorId: id }, "an action failed");
  return refuse(`Something went wrong on our side, nothing was changed. It is in the log as ${id}.`);
}
