import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { NextRequest } from "next/server";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { startSession } from "#core/user/start-session.ts";
import type { Db } from "#db/client.ts";
import { testDatabase } from "#db/testing/database.ts";
import { makeUser, makeWorkspace, systemCtx } from "#db/testing/factories.ts";

/**
 * Every page, server action and route handler, found by reading the app folder, is tried as everybody. One that is not
 * listed here fails, and one that is listed and lets somebody in below its role fails too.
 */

/** Who may call each server action: a role in the workspace, an administrator, anybody logged in, or anybody. */
const ACTIONS: Record<string, Record<string, Door>> = {
  "(admin)/admin/domains": {
    addEd25519Action: "administrator",
    checkDomainAction: "administrator",
    removeEd25519Action: "administrator",
  },
  "(admin)/admin/lanes": {
    holdLaneAction: "administrator",
    holdLaneForAction: "administrator",
    releaseLaneAction: "administrator",
    restoreFullPaceAction: "administrator",
  },
  "(admin)/admin/providers": { changeLimitsAction: "administrator" },
  "(admin)/admin/sandbox/leave": {
    askNetworkAction: "administrator",
    switchNetworkAction: "administrator",
  },
  "(admin)/admin/sources": {
    assignPoolAction: "administrator",
    createSourceAction: "administrator",
    drainSourceAction: "administrator",
    avoidReceiversAction: "administrator",
    holdSourceAction: "administrator",
    moveCampaignAction: "administrator",
    releaseSourceAction: "administrator",
    removeSourceAction: "administrator",
    savePoolAction: "administrator",
    startWarmupAction: "administrator",
    stopWarmupAction: "administrator",
    testSourceAction: "administrator",
    trustCertificateAction: "administrator",
    updateSourceAction: "administrator",
  },
  "(admin)/admin/suppressions": { addForAllAction: "administrator", liftAnyAction: "administrator" },
  "(admin)/admin/system": { retrySetAsideAction: "administrator", setSendingAction: "administrator" },
  "(admin)/admin/team": {
    changeAdministratorAction: "administrator",
    createWorkspaceAction: "administrator",
    disableUserAction: "administrator",
    enableUserAction: "administrator",
    inviteAdministratorAction: "administrator",
    revokeAdministratorInvitationAction: "administrator",
  },
  // Before anybody is logged in: each verb is limited and checks a password or a token.
  "(auth)": {
    acceptInvitationAction: "anybody",
    logInAction: "anybody",
    logOutAction: "user",
    requestResetAction: "anybody",
    resetPasswordAction: "anybody",
    setUpAction: "anybody",
  },
  "(auth)/setup": { openSetUpAction: "anybody" },
  "(studio)/[workspace]/campaigns": {
    cancelCampaignAction: "marketer",
    createAndOpen: "marketer",
    duplicateAndOpen: "marketer",
    expireRestAction: "marketer",
    pauseCampaignAction: "marketer",
    removeCampaignAction: "marketer",
    resumeCampaignAction: "marketer",
    retryRecipientsAction: "marketer",
    saveAsTemplateAction: "marketer",
    sendCampaignAction: "marketer",
    sendTestAction: "marketer",
    unscheduleCampaignAction: "marketer",
  },
  "(studio)/[workspace]/lists": {
    archiveListAction: "marketer",
    closeFormAction: "marketer",
    createListAction: "marketer",
    openFormAction: "marketer",
    remindPendingAction: "marketer",
    saveFormAction: "marketer",
    updateListAction: "marketer",
  },
  "(studio)/[workspace]/segments": {
    duplicateSegmentAction: "marketer",
    previewSegmentAction: "viewer",
    removeSegmentAction: "marketer",
    saveSegmentAction: "marketer",
  },
  "(studio)/[workspace]/settings": {
    addSenderAction: "owner",
    changeRoleAction: "owner",
    inviteMemberAction: "owner",
    makeDefaultSenderAction: "owner",
    removeMemberAction: "owner",
    removeSenderAction: "owner",
    revokeInvitationAction: "owner",
    saveGeneralAction: "owner",
    saveTrackingAction: "owner",
    setLogoAction: "owner",
  },
  "(studio)/[workspace]/subscribers": {
    addSubscriberAction: "marketer",
    addTagAction: "marketer",
    addToListAction: "marketer",
    cancelBulkAction: "marketer",
    changeSubscriptionAction: "marketer",
    eraseManyAction: "marketer",
    eraseSubscriberAction: "marketer",
    removeTagAction: "marketer",
    undoBulkAction: "marketer",
    unsubscribeManyAction: "marketer",
    updatePersonAction: "marketer",
  },
  "(studio)/[workspace]/subscribers/imports": {
    cancelImportAction: "marketer",
    mapAfreshAction: "marketer",
    mapImportAction: "marketer",
    saveMappingAction: "marketer",
    setImportHeaderAction: "marketer",
    startImportAction: "marketer",
  },
  "(studio)/[workspace]/suppressions": {
    addSuppressionsAction: "marketer",
    liftSuppressionAction: "marketer",
  },
  "(studio)/[workspace]/templates": {
    createTemplateAndOpen: "marketer",
    removeTemplateAction: "marketer",
  },
  "(studio)/account": { changeNameAction: "user", changePasswordAction: "user", endSessionAction: "user" },
};

const ROUTES: Record<string, Record<string, Door>> = {
  "(admin)/admin/sandbox/[id]/raw": { GET: "administrator" },
  "(admin)/admin/suppressions/export": { GET: "administrator" },
  // A picture of a mail: whoever has the address may see it.
  "(public)/files/[id]": { GET: "anybody" },
  "(studio)/[workspace]/campaigns/[id]/draft": { GET: "viewer", POST: "marketer" },
  "(studio)/[workspace]/campaigns/[id]/left-out/export": { GET: "viewer" },
  "(studio)/[workspace]/campaigns/[id]/meet": { POST: "viewer" },
  "(studio)/[workspace]/campaigns/[id]/preview": { GET: "viewer" },
  "(studio)/[workspace]/campaigns/[id]/recipients/export": { GET: "viewer" },
  "(studio)/[workspace]/campaigns/[id]/versions": { GET: "viewer", POST: "marketer" },
  "(studio)/[workspace]/campaigns/audience": { POST: "viewer" },
  "(studio)/[workspace]/images": { POST: "marketer" },
  "(studio)/[workspace]/subscribers/[id]/export": { GET: "viewer" },
  "(studio)/[workspace]/subscribers/export": { GET: "viewer" },
  "(studio)/[workspace]/subscribers/imports/[import]/rejects": { GET: "viewer" },
  "(studio)/[workspace]/subscribers/imports/upload": { POST: "marketer" },
  "(studio)/[workspace]/suppressions/export": { GET: "viewer" },
  "(studio)/[workspace]/templates/[id]/save": { POST: "marketer" },
  // next-auth's own, with its own token against foreign sites; see auth.test.ts.
  "api/auth/[...nextauth]": { GET: "anybody", POST: "anybody" },
  // For monitors: states and counts, no person and no name.
  "api/health": { GET: "anybody" },
  "api/live": { GET: "user", HEAD: "user" },
  // Links in mails and forms on any site: each carries a signed token or the public id of a form.
  "api/public/confirm/[token]": { POST: "anybody" },
  "api/public/preferences/[token]": { POST: "anybody" },
  "api/public/sign-up/[form]": { POST: "anybody" },
  "api/public/stop/[token]": { POST: "anybody" },
  "api/public/undo/[token]": { POST: "anybody" },
  "api/public/unsubscribe/[token]": { POST: "anybody" },
  "l/[token]/[n]": { GET: "anybody", HEAD: "anybody" },
  // By a token of its own; see its test.
  metrics: { GET: "administrator" },
  "o/[token]": { GET: "anybody", HEAD: "anybody" },
};

type Door = "owner" | "marketer" | "viewer" | "administrator" | "user" | "anybody";

const APP = join(import.meta.dirname, "..");
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

const browser = vi.hoisted(() => ({ cookies: new Map<string, string>() }));
vi.mock("next/headers", () => ({
  cookies: async () => ({
    get: (name: string) => (browser.cookies.has(name) ? { value: browser.cookies.get(name) } : undefined),
    set: (name: string, value: string) => browser.cookies.set(name, value),
  }),
  headers: async () => new Headers(),
}));
vi.mock("next/cache", () => ({ revalidatePath: () => {} }));

const PEOPLE = ["nobody", "stranger", "viewer", "marketer", "owner", "administrator"] as const;
type Person = (typeof PEOPLE)[number];

/** Whom a door lets in; the administrator is no member of the workspace, so its doors stay closed to them. */
const LETS_IN: Record<Door, readonly Person[]> = {
  anybody: PEOPLE,
  user: PEOPLE.filter((one) => one !== "nobody"),
  viewer: ["viewer", "marketer", "owner"],
  marketer: ["marketer", "owner"],
  owner: ["owner"],
  administrator: ["administrator"],
};

let db: Db;
let slug: string;
const ids = new Map<Person, number>();

beforeAll(async () => {
  const database = await testDatabase();
  db = database.db;
  process.env.DATABASE_URL = database.url;
  const workspace = await makeWorkspace(db);
  slug = workspace.slug;
  for (const role of ["viewer", "marketer", "owner"] as const)
    ids.set(role, (await makeUser(db, { workspaceId: workspace.id, role })).id);
  ids.set("stranger", (await makeUser(db)).id);
  ids.set("administrator", (await makeUser(db, { isAdministrator: true })).id);
});

beforeEach(() => browser.cookies.clear());

async function become(person: Person): Promise<void> {
  browser.cookies.clear();
  const userId = ids.get(person);
  if (userId === undefined) return;
  const { keepSession } = await import("./session.ts");
  await keepSession(await startSession(systemCtx(db), { userId }));
}

/** Files of the app folder with this name, and the folder of each as Next writes it. */
function find(matches: (name: string) => boolean): { file: string; folder: string }[] {
  return readdirSync(APP, { recursive: true, encoding: "utf8" })
    .filter((name) => matches(name.split("/").at(-1) ?? "") && !/\.test\.tsx?$/.test(name))
    .sort()
    .map((name) => ({ file: join(APP, name), folder: relative(APP, join(APP, name, "..")) }));
}

const load = (file: string): Promise<Record<string, (...args: never[]) => unknown>> =>
  import(pathToFileURL(file).href);

const isActionFile = (file: string): boolean => /^\s*["']use server["']/.test(readFileSync(file, "utf8"));

const named = (table: Record<string, Record<string, Door>>): string[] =>
  Object.entries(table)
    .flatMap(([folder, doors]) => Object.keys(doors).map((name) => `${folder} ${name}`))
    .sort();

/** What a refused person is told; nothing else counts as a refusal for who one is. */
const REFUSALS = /^(You are logged out|Your role here is|There is no such workspace|Only administrators)/;

describe("server actions", () => {
  const files = find((name) => /\.tsx?$/.test(name)).filter(({ file }) => isActionFile(file));

  test("are all listed, and stand in files of their own", async () => {
    const found: string[] = [];
    for (const { file, folder } of files)
      for (const name of Object.keys(await load(file))) found.push(`${folder} ${name}`);
    expect(found.sort()).toEqual(named(ACTIONS));
    const inline = find((name) => /\.tsx?$/.test(name)).filter(
      ({ file }) => !isActionFile(file) && /["']use server["']/.test(readFileSync(file, "utf8")),
    );
    expect(inline).toEqual([]);
  });

  test("let in whom they should, and refuse everybody else", async () => {
    const outcomes: Record<string, string[]> = {};
    for (const person of PEOPLE)
      for (const { file, folder } of files)
        for (const [name, action] of Object.entries(await load(file))) {
          const door = ACTIONS[folder]?.[name];
          if (!door || door === "anybody") continue;
          await become(person);
          const given = folder.startsWith("(studio)/[workspace]") ? [slug, new FormData()] : [new FormData()];
          const call = action as (...args: unknown[]) => Promise<{ ok?: boolean; reason?: string }>;
          // Where it gets further, it may end in a redirect, which is thrown.
          const answer = await call(...given).catch((error: { reason?: string; ok?: boolean }) => error);
          if (REFUSALS.test(answer.reason ?? "") && answer.ok === false) continue;
          outcomes[`${folder} ${name}`] = [...(outcomes[`${folder} ${name}`] ?? []), person];
        }
    expect(outcomes).toEqual(whoGetsIn(ACTIONS));
  });
});

/** What the tables above promise, in the shape of an outcome. */
function whoGetsIn(table: Record<string, Record<string, Door>>): Record<string, readonly Person[]> {
  return Object.fromEntries(
    Object.entries(table).flatMap(([folder, doors]) =>
      Object.entries(doors)
        .filter(([, door]) => door !== "anybody")
        .map(([name, door]) => [`${folder} ${name}`, LETS_IN[door]]),
    ),
  );
}

describe("route handlers", () => {
  const files = find((name) => name === "route.ts");

  test("are all listed", async () => {
    const found: string[] = [];
    for (const { file, folder } of files)
      for (const name of Object.keys(await load(file)))
        if (METHODS.includes(name)) found.push(`${folder} ${name}`);
    expect(found.sort()).toEqual(named(ROUTES));
  });

  test("let in whom they should, and refuse everybody else", async () => {
    const outcomes: Record<string, string[]> = {};
    for (const person of PEOPLE)
      for (const { file, folder } of files)
        for (const [method, door] of Object.entries(ROUTES[folder] ?? {})) {
          if (door === "anybody") continue;
          await become(person);
          const answer = await call(await load(file), folder, method, { origin: "http://localhost:3000" });
          const { reason } = await answer
            .clone()
            .json()
            .catch(() => ({}) as { reason?: string });
          if ([401, 403, 404].includes(answer.status) && REFUSALS.test(reason ?? "")) continue;
          // A HEAD has no body to say why.
          if (method === "HEAD" && answer.status === 401) continue;
          outcomes[`${folder} ${method}`] = [...(outcomes[`${folder} ${method}`] ?? []), person];
        }
    expect(outcomes).toEqual(whoGetsIn(ROUTES));
  });

  test("that write take no request from another site", async () => {
    await become("owner");
    for (const { file, folder } of files)
      for (const [method, door] of Object.entries(ROUTES[folder] ?? {})) {
        if (door === "anybody" || method === "GET" || method === "HEAD") continue;
        const answer = await call(await load(file), folder, method, { origin: "https://evil.example" });
        expect([folder, answer.status]).toEqual([folder, 403]);
      }
  });

  async function call(
    module: Record<string, unknown>,
    folder: string,
    method: string,
    headers: Record<string, string>,
  ): Promise<Response> {
    const path = folder
      .replace(/\([^)]*\)\//g, "")
      .replace("[workspace]", slug)
      .replace(/\[\w+\]/g, "0");
    const request = new NextRequest(`http://localhost:3000/${path}`, {
      method,
      headers: { host: "localhost:3000", "content-type": "application/json", ...headers },
      ...(method === "POST" && { body: "{}" }),
    });
    const handler = module[method] as (
      request: NextRequest,
      route: { params: Promise<Record<string, string>> },
    ) => Promise<Response>;
    const params = { workspace: slug, id: "0", import: "0", token: "0", n: "0", form: "0" };
    return handler(request, { params: Promise.resolve(params) });
  }
});

describe("pages", () => {
  const files = find((name) => name === "page.tsx");

  test("behind the log-in send strangers away by themselves, whatever the layout does", async () => {
    const closed = files.filter(({ folder }) => /^\((studio|admin)\)/.test(folder));
    expect(closed.length).toBeGreaterThan(40);
    const open: string[] = [];
    for (const { file, folder } of closed) {
      const page = (await load(file)).default as unknown as (props: object) => Promise<unknown>;
      const isAdmin = folder.startsWith("(admin)");
      const isAccount = folder === "(studio)/account";
      for (const person of ["nobody", "stranger", isAdmin ? "owner" : "administrator"] as const) {
        if (isAccount && person !== "nobody") continue;
        await become(person);
        const params = { workspace: slug, id: "1", seq: "1", subscriberId: "1", import: "1" };
        const digest = await page({
          params: Promise.resolve({
            ...params,
            name: "a.example",
            source: "1",
            bucket: "google",
            key: "google",
          }),
          searchParams: Promise.resolve({}),
        }).then(
          () => "shown",
          (error: { digest?: string }) => error.digest ?? String(error),
        );
        const isAway = person === "nobody" ? /^NEXT_REDIRECT;.*\/login/ : /^NEXT_HTTP_ERROR_FALLBACK;404/;
        // A page that only leads on to another shows nothing itself.
        const leadsOn = digest.startsWith("NEXT_REDIRECT") && folder.endsWith("/settings");
        if (!isAway.test(digest) && !leadsOn) open.push(`${folder} as ${person}: ${digest}`);
      }
    }
    expect(open).toEqual([]);
  });

  test("without a log-in are these and no others", () => {
    const found = files.map((one) => one.folder).filter((one) => !/^\((studio|admin)\)/.test(one));
    expect(found.sort()).toEqual([
      "",
      "(auth)/invite/[token]",
      "(auth)/login",
      "(auth)/reset",
      "(auth)/reset/[token]",
      "(auth)/setup",
      "(public)/c/[token]",
      "(public)/f/[form]",
      "(public)/f/[form]/sent",
      "(public)/p/[token]",
      "(public)/u/[token]",
      "(public)/v/[token]",
    ]);
  });
});
