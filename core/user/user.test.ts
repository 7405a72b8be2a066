import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Ctx } from "#core/platform/context.ts";
import { Address } from "#core/user/input.ts";
import type { Db } from "#db/client.ts";
import {
  auditEvents,
  invitations,
  memberships,
  rateLimits,
  sessions,
  systemMails,
  users,
} from "#db/schema/index.ts";
import { testDatabase, uniqueId } from "#db/testing/database.ts";
import {
  adminCtx,
  makeSender,
  makeUser,
  makeWorkspace,
  systemCtx,
  workspaceCtx,
} from "#db/testing/factories.ts";
import { acceptInvitation, readInvitation } from "./accept-invitation.ts";
import { changePassword } from "./change-password.ts";
import { WRONG } from "./check-password.ts";
import { changeAdministrator, disableUser, enableUser } from "./disable.ts";
import { endSession } from "./end-session.ts";
import { inviteAdministrator, inviteMember } from "./invite.ts";
import { logIn } from "./log-in.ts";
import { hashPassword } from "./password.ts";
import { listInvitations, listMembers, listSessions } from "./read.ts";
import { readSession } from "./read-session.ts";
import { resetAdministrator } from "./reset-administrator.ts";
import { readReset, resetPassword } from "./reset-password.ts";
import { revokeInvitation } from "./revoke-invitation.ts";
import { askForReset, sendReset } from "./send-reset.ts";

const PASSWORD = "correct horse battery";
let db: Db;
let passwordHash: string;

beforeAll(async () => {
  ({ db } = await testDatabase());
  passwordHash = await hashPassword(PASSWORD);
});

/** A browser of somebody not logged in, from an address of its own. */
function stranger(ip = `10.${next()}.${next()}.${next()}`): Ctx {
  return { ...systemCtx(db), actor: { kind: "subscriber", ip, userAgent: "test" } };
}
let count = 0;
const next = () => (count = (count + 1) % 250);

const asUser = (userId: number): Ctx => ({ ...systemCtx(db), actor: { kind: "user", userId, ip: null } });
const address = (text: string) => Address.parse(text);
const tokenIn = (link: string) => link.slice(link.lastIndexOf("/") + 1);

async function makeHome() {
  const workspace = await makeWorkspace(db);
  await makeSender(db, workspace.id);
  const owner = await makeUser(db, { workspaceId: workspace.id, role: "owner", name: "Olga", passwordHash });
  return { workspace, owner, ctx: workspaceCtx(db, workspace.id, { userId: owner.id }) };
}

describe("log in", () => {
  test("says the same for a wrong address, a wrong password, nonsense and a disabled account", async () => {
    const known = await makeUser(db, { passwordHash });
    const disabled = await makeUser(db, { passwordHash, disabledAt: new Date() });
    for (const given of [
      { address: known.address, password: "wrong password" },
      { address: `${uniqueId("nobody")}@example.com`, password: PASSWORD },
      { address: "no address at all", password: PASSWORD },
      { address: disabled.address, password: PASSWORD },
      { address: known.address, password: "" },
    ]) {
      expect(await logIn(stranger(), given)).toEqual({ ok: false, reason: WRONG });
    }
  });

  test("takes as long for an address that nobody has: the same hash is computed, once", async () => {
    const known = await makeUser(db, { passwordHash });
    const derive = vi.spyOn(crypto, "argon2");
    syncBuiltinESMExports();
    onTestFinished(() => {
      derive.mockRestore();
      syncBuiltinESMExports();
    });
    const work = async (who: string) => {
      derive.mockClear();
      await logIn(stranger(), { address: who, password: "wrong password" });
      return derive.mock.calls.map(([algorithm, { memory, passes, parallelism, tagLength }]) => ({
        algorithm,
        memory,
        passes,
        parallelism,
        tagLength,
      }));
    };
    const forKnown = await work(known.address);
    expect(forKnown).toHaveLength(1);
    expect(await work(`${uniqueId("nobody")}@example.com`)).toEqual(forKnown);
  });

  test("stops guessing one address from many places, and says how long", async () => {
    const { address } = await makeUser(db, { passwordHash });
    const answers = [];
    for (let n = 0; n < 10; n++) answers.push(await logIn(stranger(), { address, password: "guess" }));
    expect(answers[7]).toEqual({ ok: false, reason: WRONG });
    expect(answers[8]).toMatchObject({ ok: false, reason: expect.stringMatching(/^Too many tries.*minute/) });
    // The right password does not help before the time is over, so that a guess cannot be told by its answer.
    expect(await logIn(stranger(), { address, password: PASSWORD })).toMatchObject({ ok: false });
  });

  test("stops guessing many addresses from one place", async () => {
    const ip = "10.251.0.1";
    let last = await logIn(stranger(ip), { address: "a@example.com", password: "x" });
    for (let n = 0; n < 65 && !(last.ok === false && last.reason.startsWith("Too many")); n++) {
      last = await logIn(stranger(ip), { address: `${uniqueId("try")}@example.com`, password: "x" });
    }
    expect(last).toMatchObject({ ok: false, reason: expect.stringContaining("Too many tries") });
  });

  test("ten honest log-ins in a row are not guessing", async () => {
    const { address } = await makeUser(db, { passwordHash });
    for (let n = 0; n < 10; n++)
      expect(await logIn(stranger(), { address, password: PASSWORD })).toMatchObject({ ok: true });
  });

  test("upper and lower case of an address are one account", async () => {
    const user = await makeUser(db, { passwordHash });
    expect(
      await logIn(stranger(), { address: ` ${user.address.toUpperCase()} `, password: PASSWORD }),
    ).toMatchObject({
      ok: true,
      userId: user.id,
    });
  });
});

test("a log-in clears away what is long over, and nothing else", async () => {
  const user = await makeUser(db, { passwordHash });
  const [old, fresh] = [uniqueId("old"), uniqueId("fresh")];
  await db.insert(rateLimits).values([
    { key: old, tat: new Date(Date.now() - 2 * 86_400_000) },
    { key: fresh, tat: new Date() },
  ]);
  await logIn(stranger(), { address: user.address, password: PASSWORD });
  const left = await db.select({ key: rateLimits.key }).from(rateLimits);
  expect(left.map((row) => row.key)).toContain(fresh);
  expect(left.map((row) => row.key)).not.toContain(old);
});

describe("sessions", () => {
  test("end when revoked, when too old, and when the account is disabled", async () => {
    const user = await makeUser(db, { passwordHash });
    const open = async () => {
      const result = await logIn(stranger(), { address: user.address, password: PASSWORD });
      if (!result.ok) throw new Error(result.reason);
      return result.sessionId;
    };
    const [one, two, three] = [await open(), await open(), await open()];
    expect(await readSession({ db }, { sessionId: one })).toMatchObject({ id: user.id, sessionId: one });
    await endSession(asUser(user.id), { sessionId: one });
    await endSession(asUser(user.id), { sessionId: one });
    expect(await readSession({ db }, { sessionId: one })).toBeNull();
    await db.update(sessions).set({ expiresAt: sql`now() - interval '1 s'` }).where(eq(sessions.id, two));
    expect(await readSession({ db }, { sessionId: two })).toBeNull();
    expect((await listSessions({ db }, { userId: user.id })).map((row) => row.id)).toEqual([three]);
    const admin = await makeUser(db, { isAdministrator: true });
    await disableUser(adminCtx(db, admin.id), { userId: user.id });
    expect(await readSession({ db }, { sessionId: three })).toBeNull();
    await enableUser(adminCtx(db, admin.id), { userId: user.id });
    expect(await readSession({ db }, { sessionId: three })).toBeNull();
    for (const sessionId of ["", "x", "' or 1=1", "00000000-0000-0000-0000-000000000000"]) {
      expect(await readSession({ db }, { sessionId })).toBeNull();
    }
  });

  test("of others cannot be ended", async () => {
    const [mine, theirs] = [await makeUser(db), await makeUser(db, { passwordHash })];
    const result = await logIn(stranger(), { address: theirs.address, password: PASSWORD });
    if (!result.ok) throw new Error(result.reason);
    await endSession(asUser(mine.id), { sessionId: result.sessionId });
    expect(await readSession({ db }, { sessionId: result.sessionId })).toMatchObject({ id: theirs.id });
  });

  test("elsewhere end with a new password", async () => {
    const user = await makeUser(db, { passwordHash });
    const here = await logIn(stranger(), { address: user.address, password: PASSWORD });
    const there = await logIn(stranger(), { address: user.address, password: PASSWORD });
    if (!here.ok || !there.ok) throw new Error("not logged in");
    const change = { newPassword: "another long one", sessionId: here.sessionId };
    expect(await changePassword(asUser(user.id), { ...change, password: "wrong" })).toMatchObject({
      ok: false,
      fields: { password: expect.any(String) },
    });
    expect(await changePassword(asUser(user.id), { ...change, password: PASSWORD })).toEqual({ ok: true });
    expect(await readSession({ db }, { sessionId: here.sessionId })).not.toBeNull();
    expect(await readSession({ db }, { sessionId: there.sessionId })).toBeNull();
  });
});

describe("a forgotten password", () => {
  test("is answered alike for everybody, and mailed only to accounts", async () => {
    const { workspace, owner } = await makeHome();
    const unknown = address(`${uniqueId("nobody")}@example.com`);
    expect(await askForReset(stranger(), { address: unknown })).toEqual({ ok: true });
    expect(await askForReset(stranger(), { address: address(owner.address) })).toEqual({ ok: true });
    await sendReset(stranger(), { address: unknown });
    await sendReset(stranger(), { address: address(owner.address) });
    const mails = await db.select().from(systemMails).where(eq(systemMails.workspaceId, workspace.id));
    expect(mails.map((mail) => [mail.kind, mail.subject])).toEqual([["reset", "Set a new password"]]);
    expect(mails[0]?.text).toContain("/reset/");
  });

  test("cannot be used to fill a mailbox", async () => {
    const target = address(`${uniqueId("target")}@example.com`);
    const answers = [];
    for (let n = 0; n < 5; n++) answers.push(await askForReset(stranger(), { address: target }));
    expect(answers.map((answer) => answer.ok)).toEqual([true, true, true, false, false]);
  });

  test("gets a link that works once and closes all else", async () => {
    const { workspace, owner } = await makeHome();
    const before = await logIn(stranger(), { address: owner.address, password: PASSWORD });
    await sendReset(stranger(), { address: address(owner.address) });
    await sendReset(stranger(), { address: address(owner.address) });
    const mails = await db.select().from(systemMails).where(eq(systemMails.workspaceId, workspace.id));
    const tokens = mails.map((mail) => /\/reset\/([\w-]{32})/.exec(mail.text)?.[1] ?? "");
    expect(new Set(tokens).size).toBe(2);
    const [token = "", other = ""] = tokens;
    expect(await readReset({ db }, { token })).toEqual({ address: owner.address });
    const done = await resetPassword(stranger(), { token, password: "a new long password" });
    expect(done).toMatchObject({ ok: true, userId: owner.id });
    for (const used of [token, other, "x".repeat(32)]) {
      expect(
        await resetPassword(stranger(), { token: used, password: "a newer long password" }),
      ).toMatchObject({ ok: false });
    }
    if (!before.ok) throw new Error(before.reason);
    expect(await readSession({ db }, { sessionId: before.sessionId })).toBeNull();
    expect(
      await logIn(stranger(), { address: owner.address, password: "a new long password" }),
    ).toMatchObject({ ok: true });
  });
});

describe("invitations", () => {
  test("make an account and a membership once", async () => {
    const { workspace, ctx } = await makeHome();
    const to = address(`${uniqueId("new")}@example.com`);
    const first = await inviteMember(ctx, { address: to, role: "viewer" });
    const second = await inviteMember(ctx, { address: to, role: "marketer" });
    if (!first.ok || !second.ok) throw new Error("not invited");
    const mails = await db.select().from(systemMails).where(eq(systemMails.workspaceId, workspace.id));
    expect(mails).toHaveLength(2);
    expect(mails[0]?.subject).toBe(`Olga invites you to ${workspace.name}`);
    expect(await readInvitation({ db }, { token: tokenIn(first.link) })).toBeNull();
    const token = tokenIn(second.link);
    expect(await readInvitation({ db }, { token })).toMatchObject({ role: "marketer", hasAccount: false });
    expect(await acceptInvitation(stranger(), { token, password: "a long password" })).toMatchObject({
      fields: { name: expect.any(String) },
    });
    expect(await acceptInvitation(stranger(), { token, name: "Nia", password: "short" })).toMatchObject({
      fields: { password: expect.any(String) },
    });
    const [one, two] = await Promise.all([
      acceptInvitation(stranger(), { token, name: "Nia", password: "a long password" }),
      acceptInvitation(stranger(), { token, name: "Nia", password: "a long password" }),
    ]);
    expect([one.ok, two.ok].sort()).toEqual([false, true]);
    expect((await listMembers(ctx)).map((member) => [member.name, member.role])).toEqual([
      ["Olga", "owner"],
      ["Nia", "marketer"],
    ]);
  });

  test("of an account ask for its password and keep its name", async () => {
    const { ctx } = await makeHome();
    const known = await makeUser(db, { passwordHash });
    const invited = await inviteMember(ctx, { address: address(known.address), role: "viewer" });
    if (!invited.ok) throw new Error(invited.reason);
    const token = tokenIn(invited.link);
    expect(
      await acceptInvitation(stranger(), { token, name: "Evil", password: "not the password" }),
    ).toMatchObject({ ok: false });
    expect(await acceptInvitation(stranger(), { token, name: "Evil", password: PASSWORD })).toMatchObject({
      ok: true,
      userId: known.id,
    });
    const [after] = await db.select({ name: users.name }).from(users).where(eq(users.id, known.id));
    expect(after?.name).toBe("Mara");
    expect(await inviteMember(ctx, { address: address(known.address), role: "owner" })).toMatchObject({
      ok: false,
    });
  });

  test("are refused to marketers and viewers, taken back only by their own workspace", async () => {
    const { workspace, ctx, owner } = await makeHome();
    const to = address(`${uniqueId("new")}@example.com`);
    for (const role of ["marketer", "viewer"] as const) {
      await expect(
        inviteMember(workspaceCtx(db, workspace.id, { role, userId: owner.id }), {
          address: to,
          role: "owner",
        }),
      ).rejects.toThrow("owner");
      await expect(
        revokeInvitation(workspaceCtx(db, workspace.id, { role, userId: owner.id }), { invitationId: 1 }),
      ).rejects.toThrow("owner");
    }
    const invited = await inviteMember(ctx, { address: to, role: "viewer" });
    if (!invited.ok) throw new Error(invited.reason);
    const other = await makeHome();
    expect(await listInvitations(other.ctx)).toEqual([]);
    expect(await revokeInvitation(other.ctx, { invitationId: invited.invitationId })).toMatchObject({
      ok: false,
    });
    expect(await revokeInvitation(ctx, { invitationId: invited.invitationId })).toEqual({ ok: true });
    expect(await revokeInvitation(ctx, { invitationId: invited.invitationId })).toEqual({ ok: true });
    expect(
      await acceptInvitation(stranger(), {
        token: tokenIn(invited.link),
        name: "N",
        password: "a long password",
      }),
    ).toMatchObject({ ok: false });
  });

  test("leave nothing behind where no mail can go", async () => {
    const workspace = await makeWorkspace(db);
    const owner = await makeUser(db, { workspaceId: workspace.id });
    const ctx = workspaceCtx(db, workspace.id, { userId: owner.id });
    expect(await inviteMember(ctx, { address: address("x@example.com"), role: "viewer" })).toMatchObject({
      ok: false,
    });
    expect(await db.select().from(invitations).where(eq(invitations.workspaceId, workspace.id))).toEqual([]);
  });

  test("to the administration make an administrator", async () => {
    const { owner } = await makeHome();
    const to = address(`${uniqueId("admin")}@example.com`);
    const invited = await inviteAdministrator(adminCtx(db, owner.id), { address: to });
    if (!invited.ok) throw new Error(invited.reason);
    const accepted = await acceptInvitation(stranger(), {
      token: tokenIn(invited.link),
      name: "Ada",
      password: "a long password",
    });
    if (!accepted.ok) throw new Error(accepted.reason);
    const [user] = await db.select().from(users).where(eq(users.id, accepted.userId));
    expect(user).toMatchObject({ isAdministrator: true, name: "Ada" });
    expect(await db.select().from(memberships).where(eq(memberships.userId, accepted.userId))).toEqual([]);
  });
});

describe("administrators", () => {
  test("cannot lock themselves out", async () => {
    const admin = await makeUser(db, { isAdministrator: true });
    const ctx = adminCtx(db, admin.id);
    expect(await disableUser(ctx, { userId: admin.id })).toMatchObject({ ok: false });
    expect(await changeAdministrator(ctx, { userId: admin.id, isAdministrator: false })).toMatchObject({
      ok: false,
    });
    const other = await makeUser(db);
    expect(await changeAdministrator(ctx, { userId: other.id, isAdministrator: true })).toEqual({ ok: true });
    const [row] = await db.select().from(users).where(eq(users.id, other.id));
    expect(row?.isAdministrator).toBe(true);
  });

  test("get a new password from the machine itself", async () => {
    const admin = await makeUser(db, { isAdministrator: true, passwordHash, disabledAt: new Date() });
    const result = await resetAdministrator(systemCtx(db), { address: admin.address });
    if (!result.ok) throw new Error(result.reason);
    expect(await logIn(stranger(), { address: admin.address, password: result.password })).toMatchObject({
      ok: true,
    });
    const plain = await makeUser(db);
    expect(await resetAdministrator(systemCtx(db), { address: plain.address })).toMatchObject({ ok: false });
    const [event] = await db.select().from(auditEvents).where(eq(auditEvents.target, admin.address));
    expect(event?.action).toBe("user.reset-administrator");
    expect(JSON.stringify(event)).not.toContain(result.password);
  });
});
