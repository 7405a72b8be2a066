import type { Actor, Ctx } from "#core/platform/context.ts";
import { env } from "#core/platform/env.ts";
import { database } from "./db.ts";

/** What verbs get, for somebody who was already looked at. */
export function makeContext(actor: Actor): Ctx {
  return {
    db: database().db,
    now: () => new Date(),
    actor,
    settings: { appUrl: env().appUrl, secret: env().appSecret },
  };
}
