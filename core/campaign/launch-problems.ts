import { eq, sql } from "drizzle-orm";
import { checkLiquid } from "#core/mail/liquid/check.ts";
import { knownVariables } from "#core/mail/liquid/variables.ts";
import { compileMessage } from "#core/mail/message/compile.ts";
import type { Db } from "#core/platform/db.ts";
import { attributes, installation } from "#db/schema/index.ts";
import { type CampaignParts, campaignMessageSource } from "./message-source.ts";
import { poolSql } from "./placement.ts";

/** What keeps a campaign from being sent, each in a sentence. The audience is not looked at: only the freeze knows it. */
export async function launchProblems(db: Db, parts: CampaignParts, appUrl: string): Promise<string[]> {
  const { campaign, workspace, sender, senderDomain } = parts;
  const problems: string[] = [];
  const [house] = await db.select().from(installation);
  if (!house?.sendingAllowed) {
    problems.push("Sending is stopped for the whole installation. An administrator can allow it again.");
  }
  const [carried] = await db.execute(sql`select from pool_sources ps join sources s on s.id = ps.source_id
    where s.removed_at is null and ps.pool_id = ${poolSql(workspace.id, campaign.poolId)} limit 1`);
  if (!carried) problems.push("No source carries this workspace's mail yet. An administrator can add one.");
  if (workspace.postalAddress.trim() === "") {
    problems.push("The workspace has no postal address. The law asks for one in every mail.");
  }
  if (!sender) problems.push("No sender is chosen.");
  else if (!senderDomain?.hasKey)
    problems.push(`The domain of ${sender.address} has no key to sign mail with.`);
  if (campaign.subject.trim() === "") problems.push("The subject is empty.");
  if (campaign.html.trim() === "" && campaign.text.trim() === "") problems.push("The mail has no content.");
  const { include } = campaign.audience;
  if (include.lists.length + include.segments.length === 0) problems.push("No list or segment is chosen.");

  const keys = await db
    .select({ key: attributes.key })
    .from(attributes)
    .where(eq(attributes.workspaceId, workspace.id));
  const known = knownVariables(keys.map((row) => row.key));
  const places = {
    "the subject": campaign.subject,
    "the preheader": campaign.preheader,
    "the content": campaign.html,
    "the text version": campaign.text,
  };
  const broken = Object.entries(places).flatMap(([place, template]) =>
    checkLiquid(template, known)
      .filter((problem) => problem.severity === "error")
      .map((problem) => `In ${place}, line ${problem.line}: ${problem.message}`),
  );
  problems.push(...broken);
  if (sender && broken.length === 0) {
    try {
      compileMessage(campaignMessageSource(parts, appUrl));
    } catch (error) {
      problems.push(`The mail cannot be put together: ${(error as Error).message}`);
    }
  }
  return problems;
}
