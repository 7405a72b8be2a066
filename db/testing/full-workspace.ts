import { sql } from "drizzle-orm";
import sharp from "sharp";
import { addTag } from "#core/bulk/start.ts";
import { launchCampaign } from "#core/campaign/launch.ts";
import { pauseCampaign } from "#core/campaign/pause.ts";
import { scheduleCampaign } from "#core/campaign/schedule.ts";
import { EMPTY_AUDIENCE } from "#core/campaign/types.ts";
import { uploadImage } from "#core/file/upload-image.ts";
import { saveForm } from "#core/form/save.ts";
import { runImport } from "#core/import/run.ts";
import { startImport } from "#core/import/start.ts";
import { uploadImport } from "#core/import/upload.ts";
import { createTemplate } from "#core/template/create.ts";
import { inviteMember } from "#core/user/invite.ts";
import {
  attributes,
  campaignVersions,
  consentEvents,
  exclusions,
  hits,
  senders as senderTable,
  workspaces,
} from "#db/schema/index.ts";
import type { TestDatabase } from "./database.ts";
import {
  makeCampaign,
  makeList,
  makeSegment,
  makeSender,
  makeSubscriber,
  makeSuppression,
  makeUser,
  makeWorkspace,
  systemCtx,
  workspaceCtx,
} from "./factories.ts";

const compile = async () => "<p>compiled</p>";

/** An address of a workspace's world, parsed. */
export const addressIn = (mark: string, local: string) => ({
  ok: true as const,
  local,
  address: `${local}@${mark}.example`,
  addressKey: `${local}@${mark}.example`,
  domain: `${mark}.example`,
});

/**
 * A workspace with one of everything, whose texts all carry `mark`: campaigns in each state, a finished import and one to
 * be mapped, forms, segments, people and their traces. `others` are further people on its list.
 */
export async function makeFullWorkspace({ db, sql: raw }: TestDatabase, mark: string, others = 0) {
  const workspace = await makeWorkspace(db, { name: `Name ${mark}`, slug: mark, takeBackSeconds: 0 });
  const owner = await makeUser(db, {
    workspaceId: workspace.id,
    role: "owner",
    name: `Owner ${mark}`,
    address: `owner@${mark}.example`,
  });
  const viewer = await makeUser(db, {
    workspaceId: workspace.id,
    role: "viewer",
    address: `viewer@${mark}.example`,
  });
  const ctx = workspaceCtx(db, workspace.id, { role: "owner", userId: owner.id });
  const sender = await makeSender(db, workspace.id, { domain: `${mark}.example`, name: `Sender ${mark}` });
  const [otherSender] = await db
    .insert(senderTable)
    .values({
      workspaceId: workspace.id,
      senderDomainId: sender.senderDomainId,
      name: `Other ${mark}`,
      address: `other@${mark}.example`,
    })
    .returning();
  await db
    .update(workspaces)
    .set({ defaultSenderId: sender.id })
    .where(sql`${workspaces.id} = ${workspace.id}`);
  await db
    .insert(attributes)
    .values({ workspaceId: workspace.id, key: `key_${mark}`, label: `Label ${mark}`, type: "text" });
  const list = await makeList(db, workspace.id, { name: `List ${mark}` });
  const emptyList = await makeList(db, workspace.id, { name: `Empty ${mark}` });
  const person = await makeSubscriber(db, workspace.id, {
    address: `person@${mark}.example`,
    listId: list.id,
    tags: [`tag-${mark}`, "tag-of-both"],
    attributes: { [`key_${mark}`]: `value ${mark}` },
  });
  for (let n = 0; n < others; n += 1) await makeSubscriber(db, workspace.id, { listId: list.id });
  const gone = await makeSubscriber(db, workspace.id, {
    address: `gone@${mark}.example`,
    listId: list.id,
    status: "unsubscribed",
  });
  const waiting = await makeSubscriber(db, workspace.id, {
    address: `waiting@${mark}.example`,
    listId: list.id,
    status: "pending",
  });
  await db.execute(
    sql`update subscriptions set asks = 1, asked_at = now() - interval '2 days' where subscriber_id = ${waiting.id}`,
  );
  await db.insert(consentEvents).values({
    workspaceId: workspace.id,
    subscriberId: person.id,
    listId: list.id,
    kind: "confirmed",
    wording: `Words ${mark}`,
    source: `Source ${mark}`,
  });
  await makeSuppression(db, {
    workspaceId: workspace.id,
    address: `stopped@${mark}.example`,
    reason: "manual",
  });
  const [suppression] = await db.execute<{ id: number }>(
    sql`select id::int from suppressions where workspace_id = ${workspace.id}`,
  );
  const everybody = {
    match: "all" as const,
    rules: [{ field: "address" as const, op: "contains" as const, value: `@${mark}` }],
  };
  const segment = await makeSegment(db, workspace.id, everybody);
  const campaign = (name: string) =>
    makeCampaign(db, workspace.id, {
      name: `${name} ${mark}`,
      subject: `Subject ${mark}`,
      html: `<p>${mark}</p><p><a href="https://example.com/${mark}">Read</a></p><p><a href="{{ unsubscribe_url }}">Leave</a></p>`,
      text: `${mark} {{ unsubscribe_url }}`,
      senderId: sender.id,
      audience: { ...EMPTY_AUDIENCE, include: { lists: [list.id], segments: [] } },
    });
  const [draft, planned, live, paused, third] = [
    await campaign("Draft"),
    await campaign("Planned"),
    await campaign("Live"),
    await campaign("Paused"),
    await campaign("Third"),
  ];
  for (const one of [live, paused, third])
    ok(await launchCampaign(systemCtx(db), { campaignId: one.id, revision: one.revision }));
  ok(await pauseCampaign(ctx, { campaignId: paused.id }));
  await db.execute(sql`update deliveries set state = 'e' where campaign_id = ${third.id}`);
  await db.execute(sql`update streams set next_seq = last_seq + 1 where campaign_id = ${third.id}`);
  await db.execute(sql`update campaigns set state = 'finished', finished_at = now() where id = ${third.id}`);
  ok(
    await scheduleCampaign(ctx, {
      campaignId: planned.id,
      revision: planned.revision,
      expectedAudience: 1 + others,
      at: new Date(Date.now() + 86_400_000).toISOString(),
    }),
  );
  await db.insert(campaignVersions).values({
    campaignId: draft.id,
    revision: draft.revision,
    at: new Date(),
    subject: `Version ${mark}`,
    preheader: "",
    format: "html",
    html: `<p>${mark} before</p>`,
  });
  await db
    .insert(exclusions)
    .values({ campaignId: live.id, subscriberId: gone.id, reason: "unsubscribed", value: `Value ${mark}` })
    .onConflictDoNothing();
  await db.insert(hits).values({
    workspaceId: workspace.id,
    campaignId: live.id,
    seq: 1,
    subscriberId: person.id,
    kind: "click",
    class: "human",
    link: 1,
    userAgent: `Agent ${mark}`,
  });
  const form = ok(
    await saveForm(ctx, {
      name: `Form ${mark}`,
      heading: `Heading ${mark}`,
      promise: "",
      wording: `I agree to ${mark}.`,
      buttonLabel: "Subscribe",
      listIds: [list.id],
      fields: [],
    }),
  );
  const closedForm = ok(
    await saveForm(ctx, {
      name: `Closed ${mark}`,
      heading: "H",
      promise: "",
      wording: `I agree to ${mark}.`,
      buttonLabel: "Subscribe",
      listIds: [list.id],
      fields: [],
    }),
  );
  await db.execute(sql`update forms set closed_at = now() where id = ${closedForm.formId}`);
  const file = async (rows: string) =>
    ok(await uploadImport(ctx, { fileName: `File ${mark}.csv`, bytes: pieces(`email,name\n${rows}`) }));
  const mapped = await file(`new@${mark}.example,New\n`);
  const finished = await file(`broken@,${mark}\nanother@${mark}.example,Ann\n`);
  ok(
    await startImport(ctx, {
      importId: finished.importId,
      listIds: [list.id],
      tags: [],
      standing: "confirmed",
      consentStatement: "In the shop.",
      updateExisting: true,
    }),
  );
  await runImport(systemCtx(db), raw, { importId: finished.importId });
  const bulk = ok(await addTag(ctx, { id: [person.id], tag: `bulk-${mark}` }));
  const queued = ok(await addTag(ctx, { id: [], all: "1", tag: `queued-${mark}` }));
  const template = ok(await createTemplate(ctx, { name: `Template ${mark}`, from: "blank" }, compile));
  const invitation = ok(await inviteMember(ctx, { address: addressIn(mark, "guest"), role: "viewer" }));
  const image = ok(await uploadImage(ctx, { name: `Image ${mark}.png`, bytes: await picture() }));
  const [template0] = await db.execute<{ at: Date }>(
    sql`select updated_at as at from templates where id = ${template.templateId}`,
  );
  return {
    mark,
    ctx,
    workspace,
    ownerId: owner.id,
    viewerId: viewer.id,
    senderId: sender.id,
    otherSenderId: otherSender!.id,
    listId: list.id,
    emptyListId: emptyList.id,
    person,
    goneId: gone.id,
    suppressionId: suppression!.id,
    segmentId: segment.id,
    rule: everybody,
    draft,
    plannedId: planned.id,
    liveId: live.id,
    pausedId: paused.id,
    endedId: third.id,
    people: 1 + others,
    formId: form.formId,
    closedFormId: closedForm.formId,
    mappedId: mapped.importId,
    finishedId: finished.importId,
    bulkActId: bulk.actId,
    queuedBulkId: queued.actId,
    templateId: template.templateId,
    templateAt: new Date(template0!.at).toISOString(),
    invitationId: invitation.invitationId,
    imageId: image.fileId,
  };
}

export type FullWorkspace = Awaited<ReturnType<typeof makeFullWorkspace>>;

function ok<T extends { ok: boolean }>(result: T): Extract<T, { ok: true }> {
  if (!result.ok) throw new Error((result as unknown as { reason: string }).reason);
  return result as Extract<T, { ok: true }>;
}

/** A file as it is uploaded. */
export async function* pieces(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

/** A small PNG. */
export const picture = () =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: "#345" } })
    .png()
    .toBuffer();
