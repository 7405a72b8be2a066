import { unstable_rethrow } from "next/navigation";
import { type NextRequest, NextResponse } from "next/server";
import {
  type AdminCtx,
  CoreError,
  type CoreErrorCode,
  type Ctx,
  type WorkspaceCtx,
} from "#core/platform/context.ts";
import { env } from "#core/platform/env.ts";
import { log } from "#core/platform/log.ts";
import type { WorkspaceRole } from "#core/user/types.ts";
import {
  authorizeAdministrator,
  authorizeUser,
  authorizeWorkspace,
  LoggedOutError,
  type UserCtx,
} from "./authorize.ts";
import { makeContext } from "./context.ts";
import { requestOrigin } from "./request.ts";

type Params = Record<string, string>;
type Handler<C> = (ctx: C, request: NextRequest, params: Params) => Promise<Response>;
type RouteHandler = (request: NextRequest, route: { params: Promise<unknown> }) => Promise<Response>;

/** A route handler below `[workspace]`: session, membership and role; writing needs the same origin. */
export function workspaceRoute(role: WorkspaceRole, handler: Handler<WorkspaceCtx>): RouteHandler {
  return guarded((params) => authorizeWorkspace(role, params.workspace), handler);
}

export function adminRoute(handler: Handler<AdminCtx>): RouteHandler {
  return guarded(authorizeAdministrator, handler);
}

/** For anybody who is logged in. */
export function userRoute(handler: Handler<UserCtx>): RouteHandler {
  return guarded(authorizeUser, handler);
}

/** For anybody at all, from anywhere (links in mails, hits): the handler checks its token itself. */
export function publicRoute(handler: Handler<Ctx>): RouteHandler {
  return guarded(async () => makeContext({ kind: "subscriber", ...(await requestOrigin()) }), handler, {
    anyOrigin: true,
  });
}

function guarded<C>(
  authorize: (params: Params) => Promise<C>,
  handler: Handler<C>,
  options: { anyOrigin?: boolean } = {},
): RouteHandler {
  return async (request, route) => {
    try {
      if (!options.anyOrigin) refuseForeignOrigin(request);
      const params = ((await route.params) ?? {}) as Params;
      return await handler(await authorize(params), request, params);
    } catch (error) {
      unstable_rethrow(error);
      return errorResponse(error);
    }
  };
}

/** A browser says where a writing request comes from; one that says nothing at all carries no cookie by accident either. */
function refuseForeignOrigin(request: NextRequest): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  const host = request.headers.get("host");
  const isOurs = origin
    ? origin === env().appUrl || URL.parse(origin)?.host === host
    : site === "same-origin";
  if (!isOurs || site === "cross-site") {
    throw new CoreError("forbidden", "This request came from another site.");
  }
}

const STATUS: Record<CoreErrorCode, number> = {
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  invalid: 400,
};

function errorResponse(error: unknown): Response {
  if (error instanceof CoreError) {
    return NextResponse.json(
      { ok: false, reason: error.message },
      { status: error instanceof LoggedOutError ? 401 : STATUS[error.code] },
    );
  }
  const id = Math.random().toString(36).slice(2, 8);
  log("web").error({ err: error, errorId: id }, "a request failed");
  return NextResponse.json(
    { ok: false, reason: `Something went wrong on our side. It is in the log as ${id}.` },
    { status: 500 },
  );
}
