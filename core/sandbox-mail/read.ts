import { desc, eq, sql } from "drizzle-orm";
import { sandboxMails } from "#db/schema/index.ts";
import { type AdminCtx, CoreError } from "../platform/context.ts";

const {
  id,
  at,
  provider,
  clientIp,
  mailFrom,
  rcptTo,
  messageId,
  subject,
  size,
  authentication,
  outcome,
  dsnSentAt,
  complainedAt,
} = sandboxMails;
const COLUMNS = {
  id,
  at,
  provider,
  clientIp,
  mailFrom,
  rcptTo,
  messageId,
  subject,
  size,
  authentication,
  outcome,
  dsnSentAt,
  complainedAt,
};

/** Mails that the sandbox's receivers took, newest first, 50 a page. */
export async function listSandboxMails(ctx: AdminCtx, page: { q: string | null; after: number | null }) {
  const like = page.q ? `%${page.q.toLowerCase().replace(/[\\%_]/g, "\\$&")}%` : null;
  const rows = await ctx.db
    .select(COLUMNS)
    .from(sandboxMails)
    .where(
      sql`(${like}::text is null or lower(${rcptTo}) like ${like}::text or lower(${subject}) like ${like}::text) and (${page.after}::int is null or ${id} < ${page.after}::int)`,
    )
    .orderBy(desc(id))
    .limit(51);
  return { rows: rows.slice(0, 50), next: rows.length > 50 ? (rows[49]?.id ?? null) : null };
}

export type SandboxMailRow = Awaited<ReturnType<typeof listSandboxMails>>["rows"][number];

/** One mail with its bytes; throws not-found. */
export async function getSandboxMail(
  ctx: AdminCtx,
  mailId: number,
): Promise<typeof sandboxMails.$inferSelect> {
  const [row] =
    Number.isSafeInteger(mailId) && mailId < 2 ** 31
      ? await ctx.db.select().from(sandboxMails).where(eq(id, mailId))
      : [];
  if (!row) throw new CoreError("not-found", "This mail is gone: the sandbox keeps the last 5,000.");
  return row;
}
