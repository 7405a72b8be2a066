import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { EMPTY_AUDIENCE } from "#core/campaign/types.ts";
import { CoreError, type WorkspaceCtx } from "#core/platform/context.ts";
import type { Db } from "#core/platform/db.ts";
import { testDatabase } from "#db/testing/database.ts";
import { importAnswers, makeSource } from "#db/testing/factories.ts";
import {
  addressIn,
  type FullWorkspace,
  makeFullWorkspace,
  picture,
  pieces,
} from "#db/testing/full-workspace.ts";

/**
 * One workspace never sees or changes another's rows. Two workspaces with everything in them; each verb is run as the
 * owner of one with the numbers of the other. Nothing of the other may come back, none of its rows may change. As a
 * control the same call is made in the other workspace itself, where it has to do something.
 */

const database = await testDatabase();
const { db } = database;
await makeSource(db);

type World = FullWorkspace;
const compile = async () => "<p>compiled</p>";

const campaignId = (of: keyof World) => (w: World) => [{ campaignId: w[of] as number }];
const draft = (w: World) => ({ campaignId: w.draft.id });
const liveOf =
  (...more: unknown[]) =>
  (w: World) => [w.liveId, ...more];
const nothing = () => [];
const pick = (w: World) => ({ id: [w.person.id] });

/** What each verb of a workspace is given: numbers of `w`, whoever calls. */
const CALLS: Record<string, (w: World, db: Db) => unknown[] | Promise<unknown[]>> = {
  "attribute/read listAttributes": nothing,
  "bulk/read getBulkAct": (w) => [w.bulkActId],
  "bulk/read listBulkActs": nothing,
  "bulk/start addTag": (w) => [{ ...pick(w), tag: "taken" }],
  "bulk/start addToList": (w) => [{ ...pick(w), listId: w.emptyListId, note: "They agreed." }],
  "bulk/start eraseMany": (w) => [pick(w)],
  "bulk/start removeTag": (w) => [{ ...pick(w), tag: "tag-of-both" }],
  "bulk/start unsubscribeMany": (w) => [pick(w)],
  "bulk/stop cancelBulk": (w) => [{ actId: w.queuedBulkId }],
  "bulk/stop undoBulk": (w) => [{ actId: w.bulkActId }],
  "campaign/cancel cancelCampaign": (w) => [{ campaignId: w.liveId, typedName: `Live ${w.mark}` }],
  "campaign/count-audience countAudience": (w) => [
    { audience: { ...EMPTY_AUDIENCE, include: { lists: [w.listId], segments: [w.segmentId] } } },
  ],
  "campaign/create createCampaign": (w) => [{ name: "", from: `template:${w.templateId}` }, compile],
  "campaign/duplicate duplicateCampaign": (w) => [draft(w)],
  "campaign/expire-rest expireRest": campaignId("liveId"),
  "campaign/forecast forecastCampaign": campaignId("liveId"),
  "campaign/forecast forecastRest": campaignId("liveId"),
  "campaign/list-candidates listCandidates": (w) => [
    { ...EMPTY_AUDIENCE, include: { lists: [w.listId], segments: [w.segmentId] } },
    {},
    { after: 0 },
  ],
  "campaign/meet meetEditors": (w) => [{ ...draft(w), tab: "tab-of-a-test", leaving: false }],
  "campaign/pause pauseCampaign": campaignId("liveId"),
  "campaign/read-draft readCampaign": (w) => [draft(w)],
  "campaign/read-draft readDraft": (w) => [draft(w)],
  "campaign/read-draft readWritingAids": nothing,
  "campaign/read-list listCampaigns": () => [{ tab: "all", search: "", before: null }],
  "campaign/read-usual readUsualAudience": nothing,
  "campaign/read-versions findVersion": (w) => [{ ...draft(w), version: 1 }],
  "campaign/read-versions listVersions": (w) => [draft(w)],
  "campaign/remove removeCampaign": (w) => [draft(w)],
  "campaign/render-content findPreviewPeople": (w) => [{ search: w.mark }],
  "campaign/render-content renderCampaignFor": async (w, db) => [
    await partsOf(db, w.draft.id),
    { subscriberId: w.person.id },
  ],
  "campaign/report/consent readConsent": (w) => [
    { subscriberId: w.person.id, listId: w.listId, campaignId: w.liveId },
  ],
  "campaign/report/engagement readEngagement": liveOf(),
  "campaign/report/engagement readLinks": liveOf(),
  "campaign/report/left-out countLeftOut": liveOf(),
  "campaign/report/left-out exportLeftOut": liveOf(null),
  "campaign/report/left-out listLeftOut": liveOf({ reason: null, after: 0 }),
  "campaign/report/left-out readAbsence": (w) => [w.liveId, w.goneId],
  "campaign/report/read readCampaignReport": liveOf(),
  "campaign/report/read readEvents": liveOf(20),
  "campaign/report/recipients countRecipients": liveOf({}),
  "campaign/report/recipients exportRecipients": liveOf({}),
  "campaign/report/recipients findSeq": (w) => [w.liveId, w.person.id],
  "campaign/report/recipients listRecipients": liveOf({}, { after: 0 }),
  "campaign/report/trace readTrace": liveOf(1),
  "campaign/restore restoreVersion": (w) => [
    { ...draft(w), revision: w.draft.revision, version: 1 },
    compile,
  ],
  "campaign/resume resumeCampaign": campaignId("pausedId"),
  "campaign/retry countRetryable": (w) => [w.endedId, { state: "expired" }],
  "campaign/retry retryRecipients": (w) => [{ campaignId: w.endedId, state: "expired", expected: w.people }],
  "campaign/save saveCampaign": (w) => [
    { ...draft(w), revision: w.draft.revision, subject: "Taken over" },
    compile,
  ],
  "campaign/schedule scheduleCampaign": (w) => [
    {
      ...draft(w),
      revision: w.draft.revision,
      expectedAudience: w.people,
      at: new Date(Date.now() + 86_400_000).toISOString(),
    },
  ],
  "campaign/test-send sendTest": (w) => [{ ...draft(w), to: "me@elsewhere.example", subscriberId: null }],
  "campaign/unschedule unscheduleCampaign": campaignId("plannedId"),
  "file/upload-image uploadImage": async () => [{ name: "own.png", bytes: await picture() }],
  "form/read getForm": (w) => [w.formId],
  "form/read listForms": nothing,
  "form/save closeForm": (w) => [{ formId: w.formId }],
  "form/save openForm": (w) => [{ formId: w.closedFormId }],
  "form/save saveForm": (w) => [
    {
      formId: w.formId,
      name: "Taken over",
      heading: "H",
      promise: "",
      wording: "I agree to this.",
      buttonLabel: "Go",
      listIds: [w.listId],
      fields: [],
    },
  ],
  "home/read readHome": () => ["slug"],
  "import/analyse analyseImport": (w) => [{ importId: w.mappedId }],
  "import/export-rejects exportRejects": (w) => [w.finishedId],
  "import/map mapAfresh": (w) => [{ importId: w.mappedId }],
  "import/map mapChoices": (w) => [{ importId: w.mappedId, choices: ["address", "skip"] }],
  "import/map mapImport": (w) => [{ importId: w.mappedId, columns: [{ to: "address" }, { to: "skip" }] }],
  "import/map setImportHeader": (w) => [{ importId: w.mappedId, hasHeader: false }],
  "import/read countRejectReasons": (w) => [w.finishedId],
  "import/read getImport": (w) => [w.finishedId],
  "import/read listImports": nothing,
  "import/read listRejects": (w) => [w.finishedId, { limit: 10 }],
  "import/read readEarlierMapping": (w) => [{ id: w.mappedId, header: ["email", "name"] }],
  "import/start cancelImport": (w) => [{ importId: w.mappedId }],
  "import/start startImport": (w) => [importAnswers(w.mappedId, w.listId)],
  "import/upload uploadImport": () => [{ fileName: "own.csv", bytes: pieces("email\na@b.example\n") }],
  "list/read listListNames": nothing,
  "list/read listLists": nothing,
  "list/save archiveList": (w) => [{ listId: w.emptyListId }],
  "list/save createList": () => [{ name: "Own", description: "", optIn: "double", isPublic: true }],
  "list/save updateList": (w) => [
    { listId: w.listId, name: "Taken over", description: "", optIn: "single", isPublic: true },
  ],
  "segment/choices readSegmentChoices": nothing,
  "segment/count countSegment": (w) => [{ rule: w.rule }],
  "segment/preview previewSegment": (w) => [{ rule: w.rule }],
  "segment/read getSegment": (w) => [w.segmentId],
  "segment/read listSegmentNames": nothing,
  "segment/read listSegments": nothing,
  "segment/save duplicateSegment": (w) => [{ segmentId: w.segmentId }],
  "segment/save removeSegment": (w) => [{ segmentId: w.segmentId }],
  "segment/save saveSegment": (w) => [{ segmentId: w.segmentId, name: "Taken over", rule: w.rule }],
  "sender/add addSender": (w) => [
    { name: "Impostor", address: addressIn(w.mark, "impostor"), replyTo: null },
  ],
  "sender/make-default makeDefaultSender": (w) => [{ senderId: w.otherSenderId }],
  "sender/read listSenders": nothing,
  "sender/remove removeSender": (w) => [{ senderId: w.otherSenderId }],
  "subscriber/erase eraseSubscriber": (w) => [{ subscriberId: w.person.id, typedAddress: w.person.address }],
  "subscriber/export exportPerson": (w) => [w.person.id],
  "subscriber/export exportSubscribers": (w) => [{ list: w.listId }],
  "subscriber/read countByStanding": nothing,
  "subscriber/read countSubscribers": (w) => [{ segment: w.segmentId }],
  "subscriber/read getSubscriber": (w) => [w.person.id],
  "subscriber/read listSubscribers": (w) => [{ q: w.mark }, { sort: "newest", after: null }],
  "subscriber/read listTags": nothing,
  "subscriber/save addSubscriber": (w) => [
    { address: "new@elsewhere.example", firstName: "", lastName: "", listIds: [w.listId], consent: "Asked." },
  ],
  "subscriber/save changeSubscription": (w) => [
    { subscriberId: w.person.id, listId: w.listId, to: "unsubscribed", note: "" },
  ],
  "subscriber/save updateSubscriber": (w) => [{ subscriberId: w.person.id, tags: ["taken"], attributes: {} }],
  "subscriber/timeline readSubscriptions": (w) => [w.person.id],
  "subscriber/timeline readTimeline": (w) => [w.person, { limit: 50 }],
  "subscription/ask countRemindable": nothing,
  "subscription/ask remindPending": (w) => [{ listId: w.listId }],
  "suppression/save addSuppressions": () => [{ addresses: "x@elsewhere.example", note: "" }],
  "suppression/save liftSuppression": (w) => [{ suppressionId: w.suppressionId, reason: "Because." }],
  "template/create createTemplate": () => [{ name: "Own", from: "blank" }, compile],
  "template/insert insertTemplate": () => [
    "Own, too",
    { format: "html", document: null, html: "", text: "" },
  ],
  "template/read listTemplates": nothing,
  "template/read readTemplate": (w) => [{ templateId: w.templateId }],
  "template/remove removeTemplate": (w) => [{ templateId: w.templateId }],
  "template/save saveTemplate": (w) => [
    { templateId: w.templateId, updatedAt: w.templateAt, name: "Taken over" },
    compile,
  ],
  "template/save-as saveAsTemplate": (w) => [{ ...draft(w), name: "Copied" }],
  "user/invite inviteMember": () => [{ address: addressIn("elsewhere", "other"), role: "viewer" }],
  "user/read listInvitations": nothing,
  "user/read listMembers": nothing,
  "user/revoke-invitation revokeInvitation": (w) => [{ invitationId: w.invitationId }],
  "workspace/change-member changeRole": (w) => [{ userId: w.viewerId, role: "owner" }],
  "workspace/change-member removeMember": (w) => [{ userId: w.viewerId }],
  "workspace/save-general saveGeneral": () => [
    {
      name: "Own",
      brandColor: "#000000",
      postalAddress: "1 Mill Lane, Milltown",
      timeZone: "UTC",
      takeBackSeconds: 3,
      typeNumberAbove: null,
    },
  ],
  "workspace/save-general saveTracking": () => [{ trackOpens: false, trackClicks: false }],
  "workspace/save-general setLogo": (w) => [{ fileId: w.imageId }],
};

/** Refusals that repeat what was typed. */
const ECHOES: Record<string, string> = {
  "sender/add addSender": "theirstheirs.example belongs to another workspace here.",
};

/** Take a context of a workspace and are no verbs by themselves. */
const NO_VERBS = [
  "campaign/run-checks runCampaignChecks",
  "platform/context requireRole",
  "subscriber/filter filterSql",
];

const CORE = join(import.meta.dirname, "..");
const EXPORTED =
  /export (?:(?:async )?function\*? (\w+)(?:<[^>]*>)?|const (\w+) = (?:async )?)\(\s*ctx: [^,)]*\bWorkspaceCtx\b/g;

function findVerbs(): string[] {
  return readdirSync(CORE, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .flatMap((name) =>
      Array.from(
        readFileSync(join(CORE, name), "utf8").matchAll(EXPORTED),
        (match) => `${name.slice(0, -3)} ${match[1] ?? match[2]}`,
      ),
    )
    .filter((verb) => !NO_VERBS.includes(verb))
    .sort();
}

async function partsOf(db: Db, id: number) {
  const { readCampaignParts } = await import("#core/campaign/message-source.ts");
  return readCampaignParts(db, id);
}

/** What a call gives, as text: its result, all of a stream, or the words of a refusal. */
async function run(verb: string, caller: World, target: World, db: Db): Promise<string> {
  const [file, name] = verb.split(" ") as [string, string];
  const module = await import(join(CORE, `${file}.ts`));
  const ctx: WorkspaceCtx = { ...caller.ctx, db };
  const given = await CALLS[verb]!(target, db);
  // The content of my own campaign, seen as one of their people.
  if (name === "renderCampaignFor") given[0] = await partsOf(db, caller.draft.id);
  try {
    const result = await module[name](ctx, ...given);
    if (result?.[Symbol.asyncIterator] === undefined) return JSON.stringify(result) ?? "nothing";
    let text = "";
    for await (const piece of result) text += piece;
    return text;
  } catch (error) {
    if (error instanceof CoreError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** A fingerprint of every row that belongs to a workspace, over all tables that name one, or a thing of one. */
async function fingerprint(db: Db, workspaceId: number): Promise<string> {
  const owned = {
    workspace_id: `= ${workspaceId}`,
    campaign_id: `in (select id from campaigns where workspace_id = ${workspaceId})`,
    import_id: `in (select id from imports where workspace_id = ${workspaceId})`,
    file_id: `in (select id from files where workspace_id = ${workspaceId})`,
  };
  const tables = await db.execute<{ table: string; column: keyof typeof owned }>(sql`
    select distinct on (c.table_name) c.table_name as "table", c.column_name as "column"
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
      and c.column_name in ('workspace_id', 'campaign_id', 'import_id', 'file_id')
    order by c.table_name, array_position(array['workspace_id', 'campaign_id', 'import_id', 'file_id'], c.column_name::text)`);
  expect(tables.length).toBeGreaterThan(25);
  const parts = tables.map(
    ({ table, column }) =>
      `select '${table}' as name, md5(string_agg(t::text, '|' order by t::text)) as hash from ${table} t where ${column} ${owned[column]}`,
  );
  parts.push(`select 'workspaces', md5(w::text) from workspaces w where id = ${workspaceId}`);
  return JSON.stringify(await db.execute(sql.raw(parts.join(" union all "))));
}

test("every verb of a workspace is tried from another one", () => {
  expect(Object.keys(CALLS).sort()).toEqual(findVerbs());
});

const mine = await makeFullWorkspace(database, "minemine");
const theirs = await makeFullWorkspace(database, "theirstheirs", 2);
const before = await fingerprint(db, theirs.workspace.id);

class RolledBack extends Error {}

for (const verb of Object.keys(CALLS))
  test(`${verb} neither shows nor changes anything of another workspace`, async () => {
    const asStranger = await run(verb, mine, theirs, db);
    expect(asStranger.replaceAll(ECHOES[verb] ?? "\u0000", "")).not.toContain(theirs.mark);
    expect(await fingerprint(db, theirs.workspace.id)).toBe(before);

    let asOwner = "";
    let after = "";
    await db
      .transaction(async (tx) => {
        asOwner = await run(verb, theirs, theirs, tx);
        after = await fingerprint(tx, theirs.workspace.id);
        throw new RolledBack();
      })
      .catch((error) => {
        if (!(error instanceof RolledBack)) throw error;
      });
    expect(asOwner.includes(theirs.mark) || after !== before || asOwner !== asStranger, asOwner).toBe(true);
    expect(asOwner).not.toMatch(/^(not-found|forbidden):|"ok":false/);
  });
