import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import { dkimPublicKey } from "#core/mail/dkim/key.ts";
import { decryptSecret } from "#core/platform/secrets.ts";
import type { Db } from "#db/client.ts";
import { campaigns, senderDomains, senders, workspaces } from "#db/schema/index.ts";
import { testDatabase, uniqueId } from "#db/testing/database.ts";
import { makeCampaign, makeSender, makeWorkspace, workspaceCtx } from "#db/testing/factories.ts";
import { addSender } from "./add.ts";
import { AddSenderInput } from "./input.ts";
import { makeDefaultSender } from "./make-default.ts";
import { listSenders } from "./read.ts";
import { removeSender } from "./remove.ts";
import { dkimPurpose } from "./rules.ts";

let db: Db;
beforeAll(async () => {
  ({ db } = await testDatabase());
});

async function makeHome() {
  const workspace = await makeWorkspace(db);
  return { workspace, ctx: workspaceCtx(db, workspace.id) };
}

const input = (address: string, name = "Mara") => AddSenderInput.parse({ name, address, replyTo: null });

describe("a sender", () => {
  test("brings a key for a new domain, bound to its row, and shares it with the next", async () => {
    const { workspace, ctx } = await makeHome();
    const domain = `${uniqueId("d")}.example`;
    const first = await addSender(ctx, input(`Hello@${domain.toUpperCase()}`));
    const second = await addSender(ctx, input(`news@${domain}`));
    if (!first.ok || !second.ok) throw new Error("not added");
    expect(second.senderDomainId).toBe(first.senderDomainId);
    const [row] = await db.select().from(senderDomains).where(eq(senderDomains.id, first.senderDomainId));
    expect(row).toMatchObject({ name: domain, workspaceId: workspace.id });
    const sealed = row?.dkimPrivateKey ?? "";
    const pem = decryptSecret(ctx.settings.secret, dkimPurpose(first.senderDomainId), sealed);
    expect(dkimPublicKey(pem)).toBe(row?.dkimPublicKey);
    expect(() => decryptSecret(ctx.settings.secret, dkimPurpose(first.senderDomainId + 1), sealed)).toThrow();
    expect((await listSenders(ctx)).map((sender) => sender.isDefault)).toEqual([true, false]);
  });

  test("is not added twice, not from mailbox providers, not from another workspace's domain", async () => {
    const [mine, other] = [await makeHome(), await makeHome()];
    const address = `hello@${uniqueId("d")}.example`;
    expect(await addSender(mine.ctx, input(address))).toMatchObject({ ok: true });
    expect(await addSender(mine.ctx, input(address.toUpperCase()))).toMatchObject({
      ok: false,
      fields: { address: expect.any(String) },
    });
    expect(await addSender(mine.ctx, input("mara@gmail.com"))).toMatchObject({
      ok: false,
      reason: expect.stringContaining("gmail.com"),
    });
    expect(await addSender(other.ctx, input(address))).toMatchObject({
      ok: false,
      reason: expect.stringContaining("another workspace"),
    });
    expect(await listSenders(other.ctx)).toEqual([]);
  });

  test("may use a domain that an administrator opened to all", async () => {
    const [mine, other] = [await makeHome(), await makeHome()];
    const made = await makeSender(db, other.workspace.id);
    await db
      .update(senderDomains)
      .set({ workspaceId: null })
      .where(eq(senderDomains.id, made.senderDomainId));
    expect(await addSender(mine.ctx, input(`x@${made.domain}`))).toMatchObject({
      ok: true,
      senderDomainId: made.senderDomainId,
    });
  });

  test("stays while it is the default or a campaign is on its way", async () => {
    const { workspace, ctx } = await makeHome();
    const [first, second] = [await makeSender(db, workspace.id), await makeSender(db, workspace.id)];
    expect(await makeDefaultSender(ctx, { senderId: first.id })).toEqual({ ok: true });
    expect(await makeDefaultSender(ctx, { senderId: first.id })).toEqual({ ok: true });
    expect(await removeSender(ctx, { senderId: first.id })).toMatchObject({
      ok: false,
      reason: expect.stringContaining("default"),
    });
    const campaign = await makeCampaign(db, workspace.id, {
      senderId: second.id,
      state: "sending",
      name: "Roast",
    });
    expect(await removeSender(ctx, { senderId: second.id })).toMatchObject({
      ok: false,
      reason: expect.stringContaining("Roast"),
    });
    await db.update(campaigns).set({ state: "finished" }).where(eq(campaigns.id, campaign.id));
    expect(await removeSender(ctx, { senderId: second.id })).toEqual({ ok: true });
    expect(await removeSender(ctx, { senderId: second.id })).toMatchObject({ ok: false });
    expect(await makeDefaultSender(ctx, { senderId: second.id })).toMatchObject({ ok: false });
    expect((await listSenders(ctx)).map((sender) => sender.id)).toEqual([first.id]);
  });

  test("of another workspace is out of reach, and marketers change none", async () => {
    const [mine, other] = [await makeHome(), await makeHome()];
    const theirs = await makeSender(db, other.workspace.id);
    expect(await removeSender(mine.ctx, { senderId: theirs.id })).toMatchObject({ ok: false });
    expect(await makeDefaultSender(mine.ctx, { senderId: theirs.id })).toMatchObject({ ok: false });
    const [row] = await db.select().from(senders).where(eq(senders.id, theirs.id));
    expect(row?.removedAt).toBeNull();
    const [workspace] = await db.select().from(workspaces).where(eq(workspaces.id, mine.workspace.id));
    expect(workspace?.defaultSenderId).toBeNull();
    for (const role of ["marketer", "viewer"] as const) {
      const ctx = workspaceCtx(db, other.workspace.id, { role });
      for (const verb of [
        addSender(ctx, input("x@y.example")),
        removeSender(ctx, { senderId: theirs.id }),
        makeDefaultSender(ctx, { senderId: theirs.id }),
      ]) {
        await expect(verb).rejects.toMatchObject({ code: "forbidden" });
      }
    }
  });
});
