import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import type { Ctx, WorkspaceCtx } from "#core/platform/context.ts";
import { decryptSecret, firstRunToken } from "#core/platform/secrets.ts";
import { dkimPurpose } from "#core/sender/rules.ts";
import { logIn } from "#core/user/log-in.ts";
import { readSession } from "#core/user/read-session.ts";
import type { Db } from "#db/client.ts";
import {
  auditEvents,
  files,
  memberships,
  poolSources,
  pools,
  senderDomains,
  senders,
  sources,
  users,
  workspaces,
} from "#db/schema/index.ts";
import { anotherDatabase, testDatabase, uniqueId } from "#db/testing/database.ts";
import {
  adminCtx,
  makeCampaign,
  makeUser,
  makeWorkspace,
  systemCtx,
  workspaceCtx,
} from "#db/testing/factories.ts";
import { changeRole, removeMember } from "./change-member.ts";
import { createWorkspace } from "./create.ts";
import { CreateWorkspaceInput, SaveGeneralInput, SetUpInput } from "./input.ts";
import { mayListen } from "./may-listen.ts";
import { listWorkspaces, listWorkspacesOf, readWorkspaceOf } from "./read.ts";
import { slugFault, slugFor } from "./rules.ts";
import { saveGeneral, saveTracking, setLogo } from "./save-general.ts";
import { setUp } from "./set-up.ts";

let db: Db;
beforeAll(async () => {
  ({ db } = await testDatabase());
});

const SECRET = systemCtx(null as never).settings.secret;
const stranger = (over: Db): Ctx => ({
  ...systemCtx(over),
  actor: { kind: "subscriber", ip: "127.0.0.1", userAgent: "test" },
});

const FIRST_RUN = {
  token: firstRunToken(SECRET),
  name: "Ada",
  address: "Ada@Nordkai.example",
  password: "correct horse battery",
  workspaceName: "Nordkai",
  slug: "nordkai",
  postalAddress: "1 Mill Lane\r\nHamburg",
  timeZone: "Europe/Berlin",
  senderName: "Nordkai",
  senderAddress: "news@Nordkai.example",
};

describe("the first run", () => {
  test("makes everything that sending needs, once", async () => {
    const { db } = await anotherDatabase();
    const input = SetUpInput.parse(FIRST_RUN);
    const options = { sandboxBlock: "127.53" };
    const answers = await Promise.all([1, 2, 3].map(() => setUp(stranger(db), input, options)));
    expect(answers.map((answer) => answer.ok).sort()).toEqual([false, false, true]);
    const done = answers.find((answer) => answer.ok);
    if (!done?.ok) throw new Error("not set up");
    expect(await readSession({ db }, { sessionId: done.sessionId })).toMatchObject({
      name: "Ada",
      isAdministrator: true,
    });
    expect(
      await logIn(stranger(db), { address: FIRST_RUN.address, password: FIRST_RUN.password }),
    ).toMatchObject({ ok: true });
    const [workspace] = await db.select().from(workspaces);
    expect(workspace).toMatchObject({
      slug: "nordkai",
      postalAddress: "1 Mill Lane\nHamburg",
      timeZone: "Europe/Berlin",
    });
    expect(await db.select().from(memberships)).toMatchObject([{ role: "owner" }]);
    const [sender] = await db.select().from(senders);
    expect(workspace?.defaultSenderId).toBe(sender?.id);
    const [domain] = await db.select().from(senderDomains);
    expect(domain).toMatchObject({ name: "nordkai.example", workspaceId: workspace?.id });
    expect(decryptSecret(SECRET, dkimPurpose(domain?.id ?? 0), domain?.dkimPrivateKey ?? "")).toContain(
      "PRIVATE KEY",
    );
    const inPool = await db
      .select({ ip: sources.ip, pool: pools.name })
      .from(poolSources)
      .innerJoin(sources, eq(sources.id, poolSources.sourceId))
      .innerJoin(pools, eq(pools.id, poolSources.poolId))
      .orderBy(sources.id);
    expect(inPool).toEqual([
      { ip: "127.53.200.1", pool: "Main" },
      { ip: "127.53.200.2", pool: "Main" },
    ]);
    expect(await setUp(stranger(db), input, options)).toMatchObject({
      ok: false,
      reason: expect.stringContaining("set up already"),
    });
  });

  test("leaves nothing behind with a wrong token or a domain that others sign", async () => {
    const { db } = await anotherDatabase();
    const input = SetUpInput.parse(FIRST_RUN);
    const gmail = SetUpInput.parse({ ...FIRST_RUN, senderAddress: "ada@gmail.com" });
    for (const [given, field] of [
      [{ ...input, token: "0000-0000-0000" }, undefined],
      [{ ...input, token: "" }, undefined],
      [gmail, "senderAddress"],
    ] as const) {
      const answer = await setUp(stranger(db), given, { sandboxBlock: "127.53" });
      expect(answer).toMatchObject({ ok: false, ...(field && { fields: { [field]: expect.any(String) } }) });
    }
    expect([await db.$count(users), await db.$count(workspaces), await db.$count(sources)]).toEqual([
      0, 0, 0,
    ]);
  });

  test("makes no sandbox sources where mail leaves to the internet", async () => {
    const { db } = await anotherDatabase();
    expect(await setUp(stranger(db), SetUpInput.parse(FIRST_RUN), { sandboxBlock: null })).toMatchObject({
      ok: true,
    });
    expect(await db.$count(sources)).toBe(0);
  });
});

describe("slugs", () => {
  test.each([
    "",
    "ab",
    "admin",
    "API".toLowerCase(),
    "login",
    "a--b",
    "-ab",
    "123",
    "über",
    "a b",
    "a/b",
    "x".repeat(41),
  ])("refuses %s", (slug) => expect(slugFault(slug)).not.toBeNull());
  test("proposes plain ones", () => {
    expect(slugFor("Nordkai Rösterei & Straße")).toBe("nordkai-rosterei-strasse");
    expect(slugFor("Admin")).toBe("");
    expect(slugFor("東京")).toBe("");
  });
});

describe("inputs", () => {
  test("refuse what cannot stand in mails and schedules", () => {
    const general = {
      name: "N",
      brandColor: "#2A4A9C",
      postalAddress: "",
      timeZone: "Europe/Berlin",
      takeBackSeconds: 20,
      typeNumberAbove: null,
    };
    expect(SaveGeneralInput.parse(general).brandColor).toBe("#2a4a9c");
    for (const wrong of [
      { brandColor: "red" },
      { brandColor: "#fff;background:url(x)" },
      { timeZone: "Mars/Olympus" },
      { timeZone: "+02:00" },
      { takeBackSeconds: 301 },
      { takeBackSeconds: 1.5 },
      { typeNumberAbove: 0 },
      { name: " " },
    ]) {
      expect(SaveGeneralInput.safeParse({ ...general, ...wrong }).success).toBe(false);
    }
  });
});

async function makeTeam() {
  const workspace = await makeWorkspace(db);
  const owner = await makeUser(db, { workspaceId: workspace.id, role: "owner" });
  const marketer = await makeUser(db, { workspaceId: workspace.id, role: "marketer" });
  return { workspace, owner, marketer, ctx: workspaceCtx(db, workspace.id, { userId: owner.id }) };
}

describe("roles", () => {
  const GENERAL = {
    name: "X",
    brandColor: "#000000",
    postalAddress: "",
    timeZone: "UTC",
    takeBackSeconds: 0,
    typeNumberAbove: null,
    repeatUncertain: false,
  };
  const verbs: [string, (ctx: WorkspaceCtx) => Promise<unknown>][] = [
    ["saveGeneral", (ctx) => saveGeneral(ctx, GENERAL)],
    ["saveTracking", (ctx) => saveTracking(ctx, { trackOpens: false, trackClicks: false })],
    ["setLogo", (ctx) => setLogo(ctx, { fileId: null })],
    ["changeRole", (ctx) => changeRole(ctx, { userId: 1, role: "owner" })],
    ["removeMember", (ctx) => removeMember(ctx, { userId: 1 })],
  ];
  test.each(verbs)("%s is refused to marketers and viewers", async (_name, verb) => {
    const { workspace, owner } = await makeTeam();
    for (const role of ["marketer", "viewer"] as const) {
      await expect(verb(workspaceCtx(db, workspace.id, { role, userId: owner.id }))).rejects.toMatchObject({
        code: "forbidden",
      });
    }
    expect(await verb(workspaceCtx(db, workspace.id, { userId: owner.id }))).toHaveProperty("ok");
  });

  test("the last owner stays owner, also when two leave at once", async () => {
    const { workspace, owner, marketer, ctx } = await makeTeam();
    expect(await changeRole(ctx, { userId: owner.id, role: "viewer" })).toMatchObject({ ok: false });
    expect(await removeMember(ctx, { userId: owner.id })).toMatchObject({ ok: false });
    expect(await changeRole(ctx, { userId: marketer.id, role: "owner" })).toEqual({ ok: true });
    expect(await changeRole(ctx, { userId: marketer.id, role: "owner" })).toEqual({ ok: true });
    const both = await Promise.all([
      removeMember(ctx, { userId: owner.id }),
      removeMember(workspaceCtx(db, workspace.id, { userId: marketer.id }), { userId: marketer.id }),
    ]);
    expect(both.map((result) => result.ok).sort()).toEqual([false, true]);
  });

  test("a disabled owner does not count", async () => {
    const { workspace, owner, ctx } = await makeTeam();
    await makeUser(db, { workspaceId: workspace.id, role: "owner", disabledAt: new Date() });
    expect(await removeMember(ctx, { userId: owner.id })).toMatchObject({ ok: false });
  });

  test("people of other workspaces are out of reach", async () => {
    const [mine, other] = [await makeTeam(), await makeTeam()];
    for (const result of [
      await changeRole(mine.ctx, { userId: other.marketer.id, role: "viewer" }),
      await removeMember(mine.ctx, { userId: other.marketer.id }),
    ]) {
      expect(result).toMatchObject({ ok: false });
    }
    const [row] = await db.select().from(memberships).where(eq(memberships.userId, other.marketer.id));
    expect(row?.role).toBe("marketer");
  });
});

describe("a workspace", () => {
  test("is seen by its members only", async () => {
    const [mine, other] = [await makeTeam(), await makeTeam()];
    const read = (slug: string) => readWorkspaceOf({ db }, { slug, userId: mine.owner.id });
    expect(await read(mine.workspace.slug)).toMatchObject({ id: mine.workspace.id, role: "owner" });
    expect(await read(other.workspace.slug)).toBeNull();
    expect(await read("nowhere")).toBeNull();
    expect((await listWorkspacesOf({ db }, { userId: mine.owner.id })).map((row) => row.id)).toEqual([
      mine.workspace.id,
    ]);
  });

  test("changes alone, and says who changed it", async () => {
    const [mine, other] = [await makeTeam(), await makeTeam()];
    const input = {
      name: "New name",
      brandColor: "#112233",
      postalAddress: "A\nB",
      timeZone: "Asia/Tokyo",
      takeBackSeconds: 60,
      typeNumberAbove: 500,
      repeatUncertain: true,
    };
    expect(await saveGeneral(mine.ctx, input)).toEqual({ ok: true });
    expect(await saveTracking(mine.ctx, { trackOpens: false, trackClicks: true })).toEqual({ ok: true });
    const row = async (id: number) => (await db.select().from(workspaces).where(eq(workspaces.id, id)))[0];
    expect(await row(mine.workspace.id)).toMatchObject({ ...input, trackOpens: false, trackClicks: true });
    expect(await row(other.workspace.id)).toEqual(other.workspace);
    const events = await db.select().from(auditEvents).where(eq(auditEvents.workspaceId, mine.workspace.id));
    expect(events.map((event) => [event.action, event.userId])).toEqual([
      ["workspace.save-general", mine.owner.id],
      ["workspace.save-tracking", mine.owner.id],
    ]);
  });

  test("takes only its own pictures as logo", async () => {
    const [mine, other] = [await makeTeam(), await makeTeam()];
    const file = async (workspaceId: number, kind: "image" | "upload", width: number | null) => {
      const [row] = await db
        .insert(files)
        .values({ workspaceId, kind, name: "x", mime: "image/png", width })
        .returning();
      return row?.id ?? "";
    };
    const own = await file(mine.workspace.id, "image", 10);
    expect(await setLogo(mine.ctx, { fileId: own })).toEqual({ ok: true });
    for (const fileId of [
      await file(other.workspace.id, "image", 10),
      await file(mine.workspace.id, "upload", null),
      "00000000-0000-4000-8000-000000000000",
    ]) {
      expect(await setLogo(mine.ctx, { fileId })).toMatchObject({ ok: false });
    }
    expect(await readWorkspaceOf({ db }, { slug: mine.workspace.slug, userId: mine.owner.id })).toMatchObject(
      { logoFileId: own },
    );
  });

  test("is made by administrators, with a slug of its own", async () => {
    const admin = await makeUser(db, { isAdministrator: true });
    const ctx = adminCtx(db, admin.id);
    const slug = uniqueId("made");
    const input = CreateWorkspaceInput.parse({
      name: "Made",
      slug,
      postalAddress: "1 Mill Lane, Hamburg",
      timeZone: "UTC",
      senderName: "Made",
      senderAddress: `hello@${uniqueId("made")}.example`,
    });
    expect(await createWorkspace(ctx, input)).toMatchObject({ ok: true, slug });
    expect(await createWorkspace(ctx, input)).toMatchObject({ ok: false });
    const [row] = (await listWorkspaces(ctx)).filter((each) => each.slug === slug);
    expect(row).toMatchObject({ members: 1, role: "owner" });
    const other = await makeTeam();
    const [foreign] = (await listWorkspaces(ctx)).filter((each) => each.id === other.workspace.id);
    expect(foreign).toMatchObject({ members: 2, role: null });
  });
});

test("live topics are heard by members, and those of the installation by administrators", async () => {
  const [mine, other] = [await makeTeam(), await makeTeam()];
  const campaign = await makeCampaign(db, mine.workspace.id);
  const foreign = await makeCampaign(db, other.workspace.id);
  const may = (topic: string, isAdministrator = false) =>
    mayListen({ db }, { userId: mine.owner.id, isAdministrator, topic });
  expect(
    await Promise.all(
      [`workspace:${mine.workspace.id}`, `campaign:${campaign.id}`].map((topic) => may(topic)),
    ),
  ).toEqual([true, true]);
  for (const topic of [
    `workspace:${other.workspace.id}`,
    `campaign:${foreign.id}`,
    "import:999999",
    "campaign:0",
    "campaign:1 or 1=1",
    "campaign:99999999999",
    "lanes",
    "system",
    "",
  ]) {
    expect(await may(topic), topic).toBe(false);
  }
  expect(await may("lanes", true)).toBe(true);
  expect(await may(`campaign:${foreign.id}`, true)).toBe(false);
});
