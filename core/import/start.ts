import { and, eq, inArray, isNull } from "drizzle-orm";
import { attributes, imports, lists } from "#db/schema/index.ts";
import { recordAudit } from "../platform/audit.ts";
import { type Result, refuse, requireRole, type WorkspaceCtx } from "../platform/context.ts";
import { withTransaction } from "../platform/db.ts";
import { enqueue } from "../platform/jobs.ts";
import { hasSender } from "../subscription/ask.ts";
import type { ImportIdInput, StartImportInput } from "./input.ts";

/** Tries from the file's start before an import counts as failed; the last comes some minutes after the first. */
const IMPORT_ATTEMPTS = 6;

/** Starts an import whose columns are mapped: the worker reads it, the tab may close. */
export async function startImport(
  ctx: WorkspaceCtx,
  input: StartImportInput,
): Promise<Result<{ importId: number }>> {
  requireRole(ctx, "marketer");
  return withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .select()
      .from(imports)
      .where(and(eq(imports.id, input.importId), eq(imports.workspaceId, ctx.workspaceId)))
      .for("update");
    if (!row) return refuse("There is no such import.");
    if (row.state !== "mapping") return refuse("This import has already been started.");
    const columns = row.mapping?.columns ?? [];
    if (!columns.some((column) => column.to === "address")) {
      return refuse(
        "No column holds the e-mail address. Say which one does; without it nobody can be imported.",
      );
    }
    if (input.standing !== "suppressed") {
      if (input.listIds.length === 0)
        return refuse("Choose at least one list.", { listIds: "Choose at least one list." });
      const found = await tx.db
        .select({ id: lists.id })
        .from(lists)
        .where(
          and(
            eq(lists.workspaceId, ctx.workspaceId),
            inArray(lists.id, input.listIds),
            isNull(lists.archivedAt),
          ),
        );
      if (found.length !== new Set(input.listIds).size)
        return refuse("One of the lists is gone. Choose again.");
    }
    if (input.standing === "pending" && !(await hasSender(tx, ctx.workspaceId)))
      return refuse(
        "This workspace has no sender yet, so nobody can be asked by mail. Add one in the settings, then come back: the columns are saved.",
      );
    if (input.standing === "confirmed" && input.consentStatement === "") {
      const reason = "Say how these people agreed to get your mail. It is stored with each of them as proof.";
      return refuse(reason, { consentStatement: reason });
    }
    const fields = columns.flatMap((column) =>
      column.to === "attribute"
        ? [{ workspaceId: ctx.workspaceId, key: column.key, label: column.label, type: column.type }]
        : [],
    );
    if (fields.length > 0) await tx.db.insert(attributes).values(fields).onConflictDoNothing();
    const { importId: _, ...rest } = input;
    const options = { ...rest, listIds: [...new Set(rest.listIds)] };
    await tx.db
      .update(imports)
      .set({ state: "queued", options, startedAt: null, updatedAt: ctx.now() })
      .where(eq(imports.id, row.id));
    await enqueue(
      tx.db,
      "run-import",
      { importId: row.id },
      { key: `import:${row.id}`, maxAttempts: IMPORT_ATTEMPTS },
    );
    await recordAudit(tx, { workspaceId: ctx.workspaceId, action: "import.start", target: row.fileName });
    return { ok: true, importId: row.id };
  });
}

/** Stops an import: people written so far stay, the rest is not read. One that was not started is thrown away. */
export async function cancelImport(ctx: WorkspaceCtx, input: ImportIdInput): Promise<Result> {
  requireRole(ctx, "marketer");
  const changed = await ctx.db
    .update(imports)
    .set({ error: null, state: "cancelled", finishedAt: ctx.now(), updatedAt: ctx.now() })
    .where(
      and(
        eq(imports.id, input.importId),
        eq(imports.workspaceId, ctx.workspaceId),
        inArray(imports.state, ["uploading", "mapping", "queued", "running"]),
      ),
    )
    .returning({ id: imports.id });
  return changed.length > 0 ? { ok: true } : refuse("This import is already over.");
}
