import { and, desc, eq, inArray, lt, type SQL, sql } from "drizzle-orm";
import { requireRole, type WorkspaceCtx } from "#core/platform/context.ts";
import { campaigns } from "#db/schema/index.ts";
import type { CampaignState } from "./types.ts";

export const CAMPAIGN_TABS = ["all", "drafts", "scheduled", "sending", "sent"] as const;
export type CampaignTab = (typeof CAMPAIGN_TABS)[number];

const STATES_OF: Record<CampaignTab, readonly CampaignState[] | null> = {
  all: null,
  drafts: ["draft"],
  scheduled: ["scheduled"],
  sending: ["sending", "paused"],
  sent: ["finished", "cancelled"],
};

export type CampaignListRow = {
  id: number;
  name: string;
  subject: string;
  state: CampaignState;
  /** When it was or will be sent, or last changed while it is a draft. */
  at: Date;
  /** Recipients in the ledger; null before the launch. */
  audience: number | null;
  accepted: number;
  /** People who clicked; machines and scanners are not counted. */
  clicked: number;
  /** People who unsubscribed by a link of this campaign. */
  left: number;
};

export type CampaignList = {
  rows: CampaignListRow[];
  counts: Record<CampaignTab, number>;
  /** The id to go on after; null at the end. */
  next: number | null;
};

const PAGE = 50;

/** Campaigns of a workspace, newest first, from counters of the ledger; 50 at a time. */
export async function listCampaigns(
  ctx: WorkspaceCtx,
  input: { tab: CampaignTab; search?: string; after?: number | null },
): Promise<CampaignList> {
  requireRole(ctx, "viewer");
  const search = input.search?.trim().slice(0, 100) ?? "";
  const mine: (SQL | undefined)[] = [
    eq(campaigns.workspaceId, ctx.workspaceId),
    eq(campaigns.kind, "campaign"),
    search === ""
      ? undefined
      : sql`${campaigns.name} ilike ${`%${search.replace(/[\\%_]/g, (letter) => `\\${letter}`)}%`}`,
  ];
  const states = STATES_OF[input.tab];
  const [rows, byState] = await Promise.all([
    ctx.db
      .select({
        id: campaigns.id,
        name: campaigns.name,
        subject: campaigns.subject,
        state: campaigns.state,
        scheduledAt: campaigns.scheduledAt,
        launchedAt: campaigns.launchedAt,
        updatedAt: campaigns.updatedAt,
        audienceSize: campaigns.audienceSize,
      })
      .from(campaigns)
      .where(
        and(
          ...mine,
          states ? inArray(campaigns.state, [...states]) : undefined,
          input.after ? lt(campaigns.id, input.after) : undefined,
        ),
      )
      .orderBy(desc(campaigns.id))
      .limit(PAGE + 1),
    ctx.db
      .select({ state: campaigns.state, n: sql<number>`count(*)::int` })
      .from(campaigns)
      .where(and(...mine))
      .groupBy(campaigns.state),
  ]);
  const page = rows.slice(0, PAGE);
  const numbers = await readNumbers(
    ctx,
    page.filter((row) => row.launchedAt !== null).map((row) => row.id),
  );
  const countOf = (tab: CampaignTab) =>
    byState.reduce((sum, { state, n }) => {
      const of = STATES_OF[tab];
      return of === null || of.includes(state) ? sum + n : sum;
    }, 0);
  return {
    rows: page.map((row) => ({
      id: row.id,
      name: row.name,
      subject: row.subject,
      state: row.state,
      at: row.launchedAt ?? row.scheduledAt ?? row.updatedAt,
      audience: row.launchedAt === null ? null : row.audienceSize,
      ...(numbers.get(row.id) ?? { accepted: 0, clicked: 0, left: 0 }),
    })),
    counts: {
      all: countOf("all"),
      drafts: countOf("drafts"),
      scheduled: countOf("scheduled"),
      sending: countOf("sending"),
      sent: countOf("sent"),
    },
    next: rows.length > PAGE ? (page.at(-1)?.id ?? null) : null,
  };
}

/** Each of three indexes gives the numbers of the page's campaigns; the ledger itself is not read. */
async function readNumbers(
  ctx: WorkspaceCtx,
  ids: number[],
): Promise<Map<number, { accepted: number; clicked: number; left: number }>> {
  if (ids.length === 0) return new Map();
  const rows = await ctx.db.execute<{ id: number; accepted: number; clicked: number; left: number }>(sql`
    select c.id,
      coalesce((select sum(r.n) from rollups r where r.campaign_id = c.id and r.state = 'a'), 0)::int as accepted,
      (select count(distinct h.seq) from hits h
        where h.campaign_id = c.id and h.kind = 'click' and h.class = 'human')::int as clicked,
      (select count(distinct e.subscriber_id) from consent_events e
        where e.campaign_id = c.id and e.kind = 'unsubscribed')::int as left
    from unnest(${`{${ids.join(",")}}`}::int[]) as c (id)`);
  return new Map(rows.map(({ id, ...numbers }) => [id, numbers]));
}
