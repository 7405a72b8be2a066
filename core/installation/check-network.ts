import { and, eq, exists, isNotNull, isNull } from "drizzle-orm";
import { installation, senderDomains, senders, sources } from "#db/schema/index.ts";
import { recordAudit } from "../platform/audit.ts";
import type { AdminCtx, Ctx, Result } from "../platform/context.ts";
import type { Db } from "../platform/db.ts";
import { withTransaction } from "../platform/db.ts";
import { enqueue } from "../platform/jobs.ts";
import { notifyLive } from "../platform/notify.ts";
import { type AskWith, type NetworkFacts, networkQuestions } from "./ask-network.ts";
import type { NetworkCheck } from "./types.ts";

/** Has a worker ask the world what the checklist wants to know: it has the addresses that mail leaves from. */
export function requestNetworkCheck(ctx: AdminCtx): Promise<Result> {
  return withTransaction(ctx, async (tx) => {
    await tx.db.update(installation).set({ networkAskedAt: ctx.now() }).where(eq(installation.id, 1));
    await recordAudit(tx, { action: "network.check" });
    await enqueue(tx.db, "check-network", {}, { key: "check-network", maxAttempts: 1 });
    return { ok: true };
  });
}

/** Asks all that has to be known, at once, and keeps the answers. One that breaks off could not be asked. */
export async function checkNetwork(ctx: Ctx, how: AskWith): Promise<NetworkCheck[]> {
  const questions = networkQuestions(await readNetworkFacts(ctx.db));
  const checks = await Promise.all(
    questions.map(async ({ id, ask }): Promise<NetworkCheck> => {
      try {
        return { id, ...(await ask(how)) };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return { id, state: "unknown", sentence: `${id.split(":")[1]}: could not be asked. ${why}` };
      }
    }),
  );
  const [before] = await ctx.db.select({ said: installation.networkChecks }).from(installation);
  await ctx.db
    .update(installation)
    .set({ networkChecks: checks, networkCheckedAt: ctx.now() })
    .where(eq(installation.id, 1));
  for (const change of turned(before?.said ?? [], checks))
    await recordAudit(ctx, { action: "network.change", target: change.sentence });
  await Promise.all([notifyLive(ctx.db, "system"), notifyLive(ctx.db, "lanes")]);
  return checks;
}

/** All questions are asked at once, and none waits for longer. */
const ASKING_MS = 60_000;

/** What the world said last, and whether a worker is asking it again. */
export async function readNetworkSaid(
  ctx: Pick<Ctx, "db" | "now">,
): Promise<{ said: NetworkCheck[]; checkedAt: Date | null; isAsking: boolean }> {
  const [house] = await ctx.db
    .select({
      said: installation.networkChecks,
      askedAt: installation.networkAskedAt,
      checkedAt: installation.networkCheckedAt,
    })
    .from(installation);
  const checkedAt = house?.checkedAt ?? null;
  const askedAt = house?.askedAt?.getTime() ?? 0;
  const isAsking = askedAt > (checkedAt?.getTime() ?? 0) && ctx.now().getTime() - askedAt < ASKING_MS;
  return { said: house?.said ?? [], checkedAt, isAsking };
}

/** What held and does not any more, or does again. What could not be asked is no news. */
function turned(before: readonly NetworkCheck[], after: readonly NetworkCheck[]): NetworkCheck[] {
  return after.filter((check) => {
    const was = before.find((one) => one.id === check.id)?.state;
    return check.state !== "unknown" && (was === "pass" || was === "fail") && was !== check.state;
  });
}

export async function readNetworkFacts(db: Db): Promise<NetworkFacts> {
  const [domains, carriers] = await Promise.all([
    db
      .select({
        name: senderDomains.name,
        dkimSelector: senderDomains.dkimSelector,
        dkimPublicKey: senderDomains.dkimPublicKey,
      })
      .from(senderDomains)
      .where(
        exists(
          db
            .select({ id: senders.id })
            .from(senders)
            .where(and(eq(senders.senderDomainId, senderDomains.id), isNull(senders.removedAt))),
        ),
      )
      .orderBy(senderDomains.name),
    db
      .select({ ip: sources.ip, heloName: sources.heloName })
      .from(sources)
      .where(
        and(
          eq(sources.kind, "ip"),
          eq(sources.state, "active"),
          isNotNull(sources.ip),
          isNull(sources.removedAt),
        ),
      )
      .orderBy(sources.id),
  ]);
  return { domains, sources: carriers.map((row) => ({ ...row, ip: row.ip! })) };
}
