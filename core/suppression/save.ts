import { and, eq, isNull, sql } from "drizzle-orm";
import { suppressions } from "#db/schema/index.ts";
import { parseAddress } from "../mail/address.ts";
import { recordAudit } from "../platform/audit.ts";
import {
  type AdminCtx,
  type Ctx,
  type Result,
  refuse,
  requireRole,
  type WorkspaceCtx,
} from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import type { AddSuppressionsInput, LiftSuppressionInput } from "./input.ts";

type Added = Result<{ message: string }>;

/** Suppresses addresses for this workspace. Those that are none are named; the rest goes in. */
export async function addSuppressions(ctx: WorkspaceCtx, input: AddSuppressionsInput): Promise<Added> {
  requireRole(ctx, "marketer");
  return add(ctx, input, ctx.workspaceId);
}

/** The same for the whole installation. */
export const addSuppressionsForAll = (ctx: AdminCtx, input: AddSuppressionsInput): Promise<Added> =>
  add(ctx, input, null);

async function add(ctx: Ctx, input: AddSuppressionsInput, workspaceId: number | null): Promise<Added> {
  const typed = input.addresses.split(/[\s,;]+/).filter((word) => word !== "");
  const read = typed.map((word) => ({ word, parsed: parseAddress(word) }));
  const byKey = new Map(
    read.flatMap(({ parsed }) => (parsed.ok ? [[parsed.addressKey, parsed.address] as const] : [])),
  );
  const good = [...byKey].map(([key, address]) => ({ key, address }));
  const bad = read.filter(({ parsed }) => !parsed.ok).map(({ word }) => word);
  if (good.length === 0)
    return refuse("There is no address in it.", { addresses: "There is no address in it." });
  const userId = ctx.actor.kind === "user" ? ctx.actor.userId : undefined;
  return withTransaction(ctx, async (tx) => {
    const rows = await tx.db.execute<{ n: number }>(sql`
      with added as (
        insert into suppressions (workspace_id, address, address_key, reason, evidence)
        select ${workspaceId}::int, a->>'address', a->>'key', 'manual', ${JSON.stringify({ source: "person", note: input.note || "Added by hand", userId })}::jsonb
        from jsonb_array_elements(${JSON.stringify(good)}::jsonb) a
        on conflict do nothing returning 1
      ) select count(*)::int as n from added`);
    const n = rows[0]?.n ?? 0;
    await recordAudit(tx, {
      ...(workspaceId ? { workspaceId } : {}),
      action: "suppression.add",
      target: `${n} addresses`,
    });
    const already = good.length - n;
    const parts = [
      `${n} suppressed.`,
      already > 0 ? `${already} were already.` : "",
      bad.length > 0 ? `No address: ${bad.slice(0, 5).join(", ")}${bad.length > 5 ? " …" : ""}.` : "",
    ];
    return { ok: true, message: parts.filter(Boolean).join(" ") };
  });
}

/** Lifts one of this workspace's suppressions, with a reason that stays. A complaint needs its address typed. */
export async function liftSuppression(ctx: WorkspaceCtx, input: LiftSuppressionInput): Promise<Result> {
  requireRole(ctx, "marketer");
  return lift(ctx, input, ctx.workspaceId);
}

/** Lifts any suppression of the installation. */
export const liftAnySuppression = (ctx: AdminCtx, input: LiftSuppressionInput): Promise<Result> =>
  lift(ctx, input, null);

function lift(ctx: Ctx, input: LiftSuppressionInput, workspaceId: number | null): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .select()
      .from(suppressions)
      .where(
        and(
          eq(suppressions.id, input.suppressionId),
          isNull(suppressions.liftedAt),
          workspaceId === null ? undefined : eq(suppressions.workspaceId, workspaceId),
        ),
      )
      .for("update");
    if (!row)
      return refuse(
        "This suppression is lifted already, or holds for the whole installation: ask an administrator.",
      );
    if (
      row.reason === "complaint" &&
      input.typedAddress?.trim().toLowerCase() !== row.address.toLowerCase()
    ) {
      return refuse("This person complained about your mail. Type the address to lift it all the same.", {
        typedAddress: "Type the address.",
      });
    }
    await tx.db
      .update(suppressions)
      .set({
        liftedAt: ctx.now(),
        liftedBy: tx.actor.kind === "user" ? tx.actor.userId : null,
        liftReason: input.reason,
      })
      .where(eq(suppressions.id, row.id));
    await recordAudit(tx, {
      ...(row.workspaceId ? { workspaceId: row.workspaceId } : {}),
      action: "suppression.lift",
      target: row.address,
      details: { reason: input.reason },
    });
    return { ok: true };
  });
}
