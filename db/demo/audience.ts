import { DAY, HOUR, type House, insertRows, MINUTE } from "./house.ts";
import type { Person } from "./people.ts";
import { makePeople } from "./people.ts";

export const IMPORTED = 2_350;
/** How long the workspace has been there. */
export const AGE_DAYS = 252;
const WORDING = "Yes, send me letters from Nordkai Coffee. I can leave with one click at any time.";

export type Lists = { roast: number; guides: number; offers: number; cafes: number };
export type Forms = { footer: number; fair: number };

/** Somebody with the day on which they came and what they came by. */
export type Arrival = Person & {
  at: Date;
  by: "import" | "footer" | "fair" | "hand";
  lists: number[];
  isPending: boolean;
  id?: number;
};

/** Everybody who ever joined, in the order of joining: an import at the beginning, then more each week by forms. */
export function planArrivals(house: House, lists: Lists): Arrival[] {
  const { chance, now } = house;
  const person = makePeople(chance, now);
  const start = now.getTime() - (AGE_DAYS - 2) * DAY;
  const arrivals: Arrival[] = [];
  const add = (at: number, by: Arrival["by"]) => {
    const who = person();
    const ids = [chance.happens(0.86) ? lists.roast : lists.guides];
    if (chance.happens(0.4)) ids.push(lists.guides);
    if (chance.happens(0.5)) ids.push(lists.offers);
    if (who.tags.includes("café")) ids.push(lists.cafes);
    const isForm = by === "footer" || by === "fair";
    arrivals.push({
      ...who,
      at: new Date(at),
      by,
      lists: [...new Set(ids)],
      isPending: isForm && chance.happens(0.05),
    });
  };
  for (let n = 0; n < IMPORTED; n++) add(start, "import");
  const last = now.getTime() - HOUR;
  for (let day = start + DAY; day < last; day += DAY) {
    const grown = (day - start) / (AGE_DAYS * DAY);
    const count = Math.round((6 + 7 * grown) * (0.6 + chance.next() * 0.8));
    for (let n = 0; n < count; n++) {
      const at = day + chance.next() * DAY;
      if (at < last) add(at, chance.weighted({ footer: 72, fair: 22, hand: 6 }));
    }
  }
  return arrivals.sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** Lets these people in: their row, their subscriptions, and the proof of what they agreed to. */
export async function admit(
  house: House,
  arrivals: readonly Arrival[],
  made: { forms: Forms; importId: number; ownerName: string },
): Promise<void> {
  if (arrivals.length === 0) return;
  const { sql, workspaceId } = house;
  const origin = (by: Arrival["by"]) =>
    ({
      import: "Import customers-spring.csv",
      footer: "Form Website footer",
      fair: "Form Harbour fair",
      hand: `Added by ${made.ownerName}`,
    })[by];
  await insertRows(
    sql,
    "subscribers",
    arrivals.map((a) => ({
      workspace_id: workspaceId,
      address: a.address,
      address_key: a.address,
      domain: a.domain,
      attributes: a.attributes,
      tags: a.tags,
      origin: origin(a.by),
      import_id: a.by === "import" ? made.importId : null,
      form_id: a.by === "footer" ? made.forms.footer : a.by === "fair" ? made.forms.fair : null,
      created_at: a.at,
      updated_at: a.at,
    })),
  );
  const ids = new Map(
    (
      await sql<
        { id: number; key: string }[]
      >`select id::int, address_key as key from subscribers where workspace_id = ${workspaceId}
      and address_key = any(${arrivals.map((a) => a.address)})`
    ).map((row) => [row.key, row.id]),
  );
  const subscriptions: Record<string, unknown>[] = [];
  const events: Record<string, unknown>[] = [];
  for (const a of arrivals) {
    a.id = ids.get(a.address)!;
    const isForm = a.by === "footer" || a.by === "fair";
    const confirmedAt = isForm
      ? new Date(a.at.getTime() + Math.min(house.chance.wait(25 * MINUTE), HOUR - MINUTE))
      : a.at;
    for (const list of a.lists) {
      const common = { workspace_id: workspaceId, subscriber_id: a.id, list_id: list };
      subscriptions.push({
        ...common,
        status: a.isPending ? "pending" : "confirmed",
        created_at: a.at,
        confirmed_at: a.isPending ? null : confirmedAt,
      });
      const proof = {
        ...common,
        ip: isForm ? ipOf(a.id) : null,
        user_agent: isForm ? PERSON_AGENTS[a.id % PERSON_AGENTS.length] : null,
        form_id: a.by === "footer" ? made.forms.footer : a.by === "fair" ? made.forms.fair : null,
        wording: isForm
          ? WORDING
          : a.by === "import"
            ? "Customers who ticked the newsletter box at the till, 2019 to 2025."
            : null,
        source: origin(a.by),
        user_id: isForm ? null : house.ownerId,
        details: {},
      };
      events.push({
        ...proof,
        at: a.at,
        kind: a.by === "import" ? "imported" : isForm ? "signed-up" : "added",
      });
      if (isForm && !a.isPending)
        events.push({ ...proof, at: confirmedAt, kind: "confirmed", source: "Confirm link" });
    }
  }
  await insertRows(sql, "subscriptions", subscriptions);
  await insertRows(sql, "consent_events", events);
}

/** An address of a network that is kept for examples (RFC 5737). */
export const ipOf = (n: number): string => `203.0.113.${1 + (n % 250)}`;

export const PERSON_AGENTS = [
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15",
  "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
  "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
] as const;

export { WORDING };
