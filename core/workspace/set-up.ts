import { timingSafeEqual } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { recordAudit } from "#core/platform/audit.ts";
import { type Ctx, type Result, refuse } from "#core/platform/context.ts";
import { withTransaction } from "#core/platform/db.ts";
import { takeFromBudget } from "#core/platform/rate-limit.ts";
import { firstRunToken } from "#core/platform/secrets.ts";
import { prepareDomain } from "#core/sender/prepare-domain.ts";
import { hashPassword } from "#core/user/password.ts";
import { isFirstRun } from "#core/user/read.ts";
import { startSession } from "#core/user/start-session.ts";
import { installation, poolSources, pools, sources, users } from "#db/schema/index.ts";
import { insertWorkspace } from "./create.ts";
import type { SetUpInput } from "./input.ts";

const DONE = "This installation is set up already. Log in instead.";
const TRIES = { limit: 20, seconds: 10 * 60 };

/** True where a token is the one that the start printed. */
export function isFirstRunToken(secret: string, token: string): boolean {
  const [given, expected] = [Buffer.from(token.trim().toLowerCase()), Buffer.from(firstRunToken(secret))];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/**
 * The first run, all or nothing: the administrator, the first workspace with its signing sender, and (`sandbox`) two
 * addresses of the sandbox's block to send from. Works once.
 */
export async function setUp(
  ctx: Ctx,
  input: SetUpInput,
  options: { sandboxBlock: string | null },
): Promise<Result<{ sessionId: string; userId: number; slug: string }>> {
  const { waitSeconds } = await takeFromBudget(ctx.db, "set-up", TRIES);
  if (waitSeconds > 0) return refuse(`Too many tries. Go on in ${waitSeconds} seconds.`);
  if (!isFirstRunToken(ctx.settings.secret, input.token)) {
    return refuse("The token is not the one that the start printed. Open the printed address again.");
  }
  if (!(await isFirstRun(ctx))) return refuse(DONE);
  const prepared = await prepareDomain(ctx, { workspaceId: null, domain: input.senderAddress.domain });
  if (!prepared.ok) return refuse(prepared.reason, { senderAddress: prepared.reason });
  const passwordHash = await hashPassword(input.password);

  return withTransaction(ctx, async (outer) => {
    // Two browsers at once: the second waits here, and then finds the first's account.
    await outer.db
      .select({ id: installation.id })
      .from(installation)
      .where(eq(installation.id, 1))
      .for("update");
    if (!(await isFirstRun(outer))) return refuse(DONE);
    const [user] = await outer.db
      .insert(users)
      .values({
        address: input.address.address,
        addressKey: input.address.addressKey,
        name: input.name,
        passwordHash,
        isAdministrator: true,
      })
      .returning({ id: users.id });
    const userId = (user as { id: number }).id;
    const ip = outer.actor.kind === "system" ? null : outer.actor.ip;
    const asUser = { ...outer, actor: { kind: "user" as const, userId, ip } };
    const made = await insertWorkspace(asUser, {
      ...input,
      name: input.workspaceName,
      ownerId: userId,
      prepared,
    });
    if (!made.ok) throw new Error(`the first workspace was refused: ${made.reason}`);
    if (options.sandboxBlock) {
      await insertSandboxSources(asUser, { block: options.sandboxBlock, domain: input.senderAddress.domain });
    }
    await recordAudit(asUser, { action: "installation.set-up", target: input.address.address });
    const session = await startSession(outer, { userId });
    return { ok: true as const, ...session, slug: made.slug };
  });
}

/** Two local addresses in the default pool, so that a fresh installation can send at once and lanes can compete. */
async function insertSandboxSources(ctx: Ctx, input: { block: string; domain: string }): Promise<void> {
  const rows = await ctx.db
    .insert(sources)
    .values(
      [1, 2].map((n) => ({
        name: `Sandbox ${n}`,
        kind: "ip" as const,
        ip: `${input.block}.200.${n}`,
        heloName: `out${n}.${input.domain}`,
      })),
    )
    .onConflictDoNothing()
    .returning({ id: sources.id });
  const [pool] = await ctx.db
    .select({ id: pools.id })
    .from(pools)
    .orderBy(sql`${pools.isDefault} desc`, pools.id)
    .limit(1);
  if (!pool || rows.length === 0) return;
  await ctx.db.insert(poolSources).values(rows.map((row) => ({ poolId: pool.id, sourceId: row.id })));
}
