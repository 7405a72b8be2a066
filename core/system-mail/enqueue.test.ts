import { and, eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { equation } from "#core/ledger/equation.ts";
import { ledgerInvariant } from "#core/ledger/invariant.ts";
import { campaigns, deliveries, domains, due, lanes, systemMails } from "#db/schema/index.ts";
import { testDatabase, uniqueId } from "#db/testing/database.ts";
import { makeSender, makeSource, makeSuppression, makeWorkspace, systemCtx } from "#db/testing/factories.ts";
import { enqueueSystemMail } from "./enqueue.ts";

const { db } = await testDatabase();
const body = { kind: "confirm" as const, subject: "Confirm", html: "<p>Yes</p>", text: "Yes" };

async function workspace() {
  const row = await makeWorkspace(db);
  await makeSender(db, row.id);
  return row;
}

describe("enqueueSystemMail", () => {
  it("refuses without a sender, an address that is none, and dead domains", async () => {
    const bare = await makeWorkspace(db);
    const { id } = await workspace();
    const ctx = systemCtx(db);
    expect(
      await enqueueSystemMail(ctx, { ...body, workspaceId: bare.id, to: "a@example.com" }),
    ).toMatchObject({
      ok: false,
    });
    expect(await enqueueSystemMail(ctx, { ...body, workspaceId: id, to: "a@b\r\nBcc: x@y.z" })).toMatchObject(
      {
        ok: false,
      },
    );
    const name = `${uniqueId("gone")}.example`;
    await db
      .insert(domains)
      .values({ name, status: "no-domain", error: "No such domain.", resolvedAt: new Date() });
    expect(await enqueueSystemMail(ctx, { ...body, workspaceId: id, to: `a@${name}` })).toEqual({
      ok: false,
      reason: "No such domain.",
    });
    const rows = await db.select().from(campaigns).where(eq(campaigns.workspaceId, id));
    expect(rows).toEqual([]);
  });

  it("refuses dead addresses always, complainers but for a reset or an invitation, others never", async () => {
    const { id } = await workspace();
    const ctx = systemCtx(db);
    const send = (to: string, kind: "confirm" | "reset") =>
      enqueueSystemMail(ctx, { ...body, kind, workspaceId: id, to }).then((r) => r.ok);
    const [dead, complained, left] = ["dead", "complained", "left"].map((n) => `${uniqueId(n)}@Example.com`);
    await makeSuppression(db, { address: dead! });
    await makeSuppression(db, { address: complained!, workspaceId: id, reason: "complaint" });
    await makeSuppression(db, { address: left!, workspaceId: id, reason: "unsubscribed" });
    expect(await send(dead!, "confirm")).toBe(false);
    expect(await send(dead!, "reset")).toBe(false);
    expect(await send(complained!, "confirm")).toBe(false);
    expect(await send(complained!, "reset")).toBe(true);
    expect(await send(left!, "confirm")).toBe(true);
  });

  it("takes another workspace's sender for none", async () => {
    const { id } = await workspace();
    const other = await makeSender(db, (await makeWorkspace(db)).id);
    const result = await enqueueSystemMail(systemCtx(db), {
      ...body,
      workspaceId: id,
      to: "a@example.com",
      senderId: other.id,
    });
    expect(result.ok).toBe(false);
  });

  it("writes ledger, turn, count and body in one hidden campaign of the month, and makes a lane", async () => {
    const { id } = await workspace();
    const source = await makeSource(db);
    const ctx = systemCtx(db, () => new Date("2031-05-31T23:59:00Z"));
    const mails = await Promise.all(
      ["Ann@Bücher.example", "b@example.com", "c@example.com"].map((to) =>
        enqueueSystemMail(ctx, { ...body, workspaceId: id, to }),
      ),
    );
    expect(mails.map((m) => m.ok && m.seq).toSorted()).toEqual([1, 2, 3]);
    const first = mails[0]!;
    if (!first.ok) throw new Error(first.reason);
    const [row] = await db
      .select()
      .from(deliveries)
      .where(and(eq(deliveries.campaignId, first.campaignId), eq(deliveries.seq, first.seq)));
    expect(row).toMatchObject({ address: "Ann@xn--bcher-kva.example", state: "w", subscriberId: null });
    expect(await db.$count(systemMails, eq(systemMails.campaignId, first.campaignId))).toBe(3);
    const turns = await db.select().from(due).where(eq(due.campaignId, first.campaignId));
    expect(turns.map((t) => t.class)).toEqual([0, 0, 0]);
    expect(await db.$count(lanes, eq(lanes.sourceId, source.id))).toBeGreaterThan(0);
    expect(await equation(db, first.campaignId)).toMatchObject({ audience: 3, waiting: 3, difference: 0 });
    expect(await ledgerInvariant(db, first.campaignId)).toMatchObject({ open: 3, due: 3, ok: true });
    const later = await enqueueSystemMail(
      systemCtx(db, () => new Date("2031-06-01T00:01:00Z")),
      { ...body, workspaceId: id, to: "d@example.com" },
    );
    expect(later).toMatchObject({ ok: true, seq: 1 });
  });

  it("leaves nothing behind when the caller rolls back", async () => {
    const { id } = await workspace();
    await db
      .transaction(async (tx) => {
        await enqueueSystemMail(systemCtx(tx), { ...body, workspaceId: id, to: "a@example.com" });
        throw new Error("no");
      })
      .catch(() => {});
    expect(await db.$count(systemMails, eq(systemMails.workspaceId, id))).toBe(0);
  });
});
