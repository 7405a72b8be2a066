import { eq } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { CoreError } from "#core/platform/context.ts";
import { startSession } from "#core/user/start-session.ts";
import type { WorkspaceRole } from "#core/user/types.ts";
import type { Db } from "#db/client.ts";
import { senders, sessions, users, workspaces } from "#db/schema/index.ts";
import { testDatabase, uniqueId } from "#db/testing/database.ts";
import { makeSender, makeUser, makeWorkspace, systemCtx } from "#db/testing/factories.ts";
import { CLIENT_ADDRESS_HEADER } from "./client-address.ts";

/** The browser of the test: what Next would hand over of the request, and take for the answer. */
const browser = vi.hoisted(() => ({
  cookies: new Map<string, string>(),
  headers: new Headers(),
  refreshed: 0,
}));

vi.mock("next/headers", () => ({
  cookies: async () => ({
    get: (name: string) => (browser.cookies.has(name) ? { value: browser.cookies.get(name) } : undefined),
    set: (name: string, value: string) => browser.cookies.set(name, value),
  }),
  headers: async () => browser.headers,
}));
vi.mock("next/cache", () => ({ revalidatePath: () => browser.refreshed++ }));

let db: Db;
beforeAll(async () => {
  const database = await testDatabase();
  db = database.db;
  process.env.DATABASE_URL = database.url;
});

beforeEach(() => {
  browser.cookies.clear();
  browser.headers = new Headers({ [CLIENT_ADDRESS_HEADER]: "203.0.113.9" });
  browser.refreshed = 0;
});

/** Opens a session for somebody, as a log-in would. */
async function logInAs(userId: number): Promise<string> {
  const { keepSession } = await import("./session.ts");
  const session = await startSession(systemCtx(db), { userId });
  await keepSession(session);
  return session.sessionId;
}

async function makeHouse() {
  const workspace = await makeWorkspace(db);
  const sender = await makeSender(db, workspace.id);
  const member = (role: WorkspaceRole) => makeUser(db, { workspaceId: workspace.id, role });
  return {
    workspace,
    sender,
    owner: await member("owner"),
    marketer: await member("marketer"),
    viewer: await member("viewer"),
    stranger: await makeUser(db),
    administrator: await makeUser(db, { isAdministrator: true }),
  };
}

const form = (values: Record<string, string>) => {
  const data = new FormData();
  for (const [name, value] of Object.entries(values)) data.set(name, value);
  return data;
};

const GENERAL = {
  name: "Renamed",
  brandColor: "#112233",
  postalAddress: "1 Mill Lane",
  timeZone: "UTC",
  takeBackSeconds: "20",
  typeNumberAbove: "",
};

describe("actions of a workspace", () => {
  test("are refused to strangers, marketers, viewers and administrators who are no members", async () => {
    const settings = await import("../(studio)/[workspace]/settings/actions.ts");
    const house = await makeHouse();
    const { slug } = house.workspace;
    const { id: userId } = house.viewer;
    const all: [string, (data: FormData) => Promise<{ ok: boolean }>, Record<string, string>][] = [
      ["saveGeneral", settings.saveGeneralAction.bind(null, slug), GENERAL],
      ["saveTracking", settings.saveTrackingAction.bind(null, slug), {}],
      ["setLogo", settings.setLogoAction.bind(null, slug), { fileId: "" }],
      [
        "addSender",
        settings.addSenderAction.bind(null, slug),
        { name: "A", address: "a@b.example", replyTo: "" },
      ],
      [
        "makeDefaultSender",
        settings.makeDefaultSenderAction.bind(null, slug),
        { senderId: String(house.sender.id) },
      ],
      ["removeSender", settings.removeSenderAction.bind(null, slug), { senderId: String(house.sender.id) }],
      ["changeRole", settings.changeRoleAction.bind(null, slug), { userId: String(userId), role: "owner" }],
      ["removeMember", settings.removeMemberAction.bind(null, slug), { userId: String(userId) }],
      [
        "inviteMember",
        settings.inviteMemberAction.bind(null, slug),
        { address: "n@b.example", role: "owner" },
      ],
      ["revokeInvitation", settings.revokeInvitationAction.bind(null, slug), { invitationId: "1" }],
    ];
    for (const [who, reason] of [
      [null, /logged out/],
      [house.marketer, /Your role here is marketer/],
      [house.viewer, /Your role here is viewer/],
      [house.stranger, /no such workspace/],
      [house.administrator, /no such workspace/],
    ] as const) {
      browser.cookies.clear();
      if (who) await logInAs(who.id);
      for (const [name, action, values] of all) {
        expect(await action(form(values)), name).toMatchObject({
          ok: false,
          reason: expect.stringMatching(reason),
        });
      }
    }
    const [after] = await db.select().from(workspaces).where(eq(workspaces.id, house.workspace.id));
    expect(after).toEqual(house.workspace);
    expect(await db.$count(senders, eq(senders.workspaceId, house.workspace.id))).toBe(1);
    expect(browser.refreshed).toBe(0);
  });

  test("work for owners, with the form as browsers send it", async () => {
    const settings = await import("../(studio)/[workspace]/settings/actions.ts");
    const house = await makeHouse();
    await logInAs(house.owner.id);
    expect(
      await settings.saveGeneralAction(house.workspace.slug, form({ ...GENERAL, typeNumberAbove: "500" })),
    ).toEqual({ ok: true });
    expect(await settings.saveTrackingAction(house.workspace.slug, form({ trackClicks: "on" }))).toEqual({
      ok: true,
    });
    const [after] = await db.select().from(workspaces).where(eq(workspaces.id, house.workspace.id));
    expect(after).toMatchObject({
      name: "Renamed",
      typeNumberAbove: 500,
      trackOpens: false,
      trackClicks: true,
    });
    expect(browser.refreshed).toBe(2);
    const invited = await settings.inviteMemberAction(
      house.workspace.slug,
      form({ address: `${uniqueId("n")}@example.com`, role: "viewer" }),
    );
    expect(invited).toMatchObject({ ok: true, link: expect.stringContaining("/invite/") });
  });

  test("say which field is wrong, and change nothing", async () => {
    const settings = await import("../(studio)/[workspace]/settings/actions.ts");
    const house = await makeHouse();
    await logInAs(house.owner.id);
    const answer = await settings.saveGeneralAction(
      house.workspace.slug,
      form({ ...GENERAL, brandColor: "red", timeZone: "Nowhere", takeBackSeconds: "soon" }),
    );
    expect(answer).toMatchObject({
      ok: false,
      reason: "Some of this is not right yet.",
      fields: {
        brandColor: "Write the colour as #rrggbb.",
        timeZone: "Choose a time zone.",
        takeBackSeconds: "Give a number of seconds.",
      },
    });
  });

  test("cannot be reached through another workspace's slug", async () => {
    const settings = await import("../(studio)/[workspace]/settings/actions.ts");
    const [mine, other] = [await makeHouse(), await makeHouse()];
    await logInAs(mine.owner.id);
    const answers = [
      await settings.saveGeneralAction(other.workspace.slug, form(GENERAL)),
      await settings.removeSenderAction(mine.workspace.slug, form({ senderId: String(other.sender.id) })),
      await settings.removeMemberAction(mine.workspace.slug, form({ userId: String(other.viewer.id) })),
      await settings.saveGeneralAction({ slug: mine.workspace.slug } as never, form(GENERAL)),
    ];
    for (const answer of answers) expect(answer).toMatchObject({ ok: false });
  });

  test("stop with the session: revoked, disabled, forged", async () => {
    const settings = await import("../(studio)/[workspace]/settings/actions.ts");
    const { sessionCookie, sessionToken } = await import("./session.ts");
    const house = await makeHouse();
    const save = () => settings.saveTrackingAction(house.workspace.slug, form({}));
    const sessionId = await logInAs(house.owner.id);
    expect(await save()).toEqual({ ok: true });
    await db.update(sessions).set({ revokedAt: new Date() }).where(eq(sessions.id, sessionId));
    expect(await save()).toMatchObject({ ok: false });
    await logInAs(house.owner.id);
    expect(await save()).toEqual({ ok: true });
    await db.update(users).set({ disabledAt: new Date() }).where(eq(users.id, house.owner.id));
    expect(await save()).toMatchObject({ ok: false });
    await db.update(users).set({ disabledAt: null }).where(eq(users.id, house.owner.id));
    for (const forged of [
      "",
      "x.y.z",
      sessionId,
      await sessionToken({ sessionId: "not-a-session", userId: house.owner.id }),
    ]) {
      browser.cookies.set(sessionCookie(), forged);
      expect(await save()).toMatchObject({ ok: false });
    }
  });
});

test("actions of the installation are refused to all but administrators", async () => {
  const team = await import("../(admin)/admin/team/actions.ts");
  const house = await makeHouse();
  const target = { userId: String(house.viewer.id) };
  const all: [string, (data: FormData) => Promise<{ ok: boolean }>, Record<string, string>][] = [
    ["disableUser", team.disableUserAction, target],
    ["enableUser", team.enableUserAction, target],
    ["changeAdministrator", team.changeAdministratorAction, { ...target, isAdministrator: "true" }],
    ["inviteAdministrator", team.inviteAdministratorAction, { address: "a@b.example" }],
    ["revokeAdministratorInvitation", team.revokeAdministratorInvitationAction, { invitationId: "1" }],
    ["createWorkspace", team.createWorkspaceAction, { name: "X" }],
  ];
  for (const who of [null, house.owner, house.marketer, house.viewer, house.stranger]) {
    browser.cookies.clear();
    if (who) await logInAs(who.id);
    for (const [name, action, values] of all)
      expect(await action(form(values)), name).toMatchObject({ ok: false });
  }
  const [untouched] = await db.select().from(users).where(eq(users.id, house.viewer.id));
  expect(untouched).toMatchObject({ isAdministrator: false, disabledAt: null });
  browser.cookies.clear();
  await logInAs(house.administrator.id);
  expect(await team.changeAdministratorAction(form({ ...target, isAdministrator: "true" }))).toEqual({
    ok: true,
  });
  expect(await team.disableUserAction(form(target))).toEqual({ ok: true });
});

describe("the wrapper", () => {
  test("turns surprises into a number in the log, and words of core into a refusal", async () => {
    const { publicAction } = await import("./action.ts");
    const run = (thrown: unknown) => publicAction(z.unknown(), () => Promise.reject(thrown))({});
    expect(await run(new CoreError("conflict", "Somebody was quicker."))).toEqual({
      ok: false,
      reason: "Somebody was quicker.",
    });
    const answer = await run(new Error("secret detail"));
    expect(answer).toMatchObject({ ok: false, reason: expect.stringContaining("in the log as") });
    expect(JSON.stringify(answer)).not.toContain("secret");
  });

  test("gives verbs the true client, and leads on after success", async () => {
    const { publicAction } = await import("./action.ts");
    const action = publicAction(z.object({ to: z.string() }), async (ctx, input) => {
      expect(ctx.actor).toMatchObject({ kind: "subscriber", ip: "203.0.113.9" });
      return { ok: true, redirectTo: input.to };
    });
    await expect(action(form({ to: "/there" }))).rejects.toMatchObject({
      digest: expect.stringContaining("/there"),
    });
  });

  test("never leads to another site", async () => {
    const { safePath } = await import("./request.ts");
    for (const path of [
      "//evil.example",
      "/\\evil.example",
      "https://evil.example",
      "",
      "/a\nb",
      undefined,
      "javascript:alert(1)",
    ]) {
      expect(safePath(path)).toBe("/");
    }
    expect(safePath("/nordkai/campaigns?tab=sent&q=a%20b")).toBe("/nordkai/campaigns?tab=sent&q=a%20b");
  });
});
