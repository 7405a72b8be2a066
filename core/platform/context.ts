import type { WorkspaceRole } from "#core/user/types.ts";
import type { Db } from "./db.ts";

declare const workspaceBrand: unique symbol;

/** Minted only where membership was checked (session, token lookup, jobs that read it from a row). */
export type WorkspaceId = number & { readonly [workspaceBrand]: true };

/** Who acts. `system` is a job; `subscriber` came by a signed link. */
export type Actor =
  | { kind: "user"; userId: number; ip: string | null }
  | { kind: "system" }
  | { kind: "subscriber"; ip: string | null; userAgent: string | null };

/** What every verb gets: a database handle, a clock and the settings that it may need. */
export type Ctx = {
  db: Db;
  now: () => Date;
  actor: Actor;
  settings: { appUrl: string; secret: string };
};

/** For verbs of a workspace: the role was read from the database for this request. */
export type WorkspaceCtx = Ctx & { workspaceId: WorkspaceId; role: WorkspaceRole };

/** For verbs of the installation: the actor is an administrator. */
export type AdminCtx = Ctx & { administrator: true };

const RANK: Record<WorkspaceRole, number> = { viewer: 0, marketer: 1, owner: 2 };

/** True where `role` may do what `needed` may. */
export const hasRole = (role: WorkspaceRole, needed: WorkspaceRole): boolean => RANK[role] >= RANK[needed];

/** First line of every write verb: a second lock behind the action wrapper's. */
export function requireRole(ctx: WorkspaceCtx, needed: WorkspaceRole): void {
  if (!hasRole(ctx.role, needed)) throw new CoreError("forbidden", `This needs the role ${needed}.`);
}

export type CoreErrorCode = "forbidden" | "not-found" | "conflict" | "invalid";

/** A surprise that a transport may map (403, 404, …); expected refusals are values instead. */
export class CoreError extends Error {
  readonly code: CoreErrorCode;
  constructor(code: CoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CoreError";
    this.code = code;
  }
}

/** An expected refusal, in a sentence for the person; `fields` by form field name. */
export type Refusal = { ok: false; reason: string; fields?: Record<string, string> };
export type Result<T extends object = object> = ({ ok: true } & T) | Refusal;

export const refuse = (reason: string, fields?: Record<string, string>): Refusal => ({
  ok: false,
  reason,
  ...(fields && { fields }),
});
