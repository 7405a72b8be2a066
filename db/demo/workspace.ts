import { randomBytes } from "node:crypto";
import { eq } from "drizzle-orm";
import { uploadImage } from "#core/file/upload-image.ts";
import { hashPassword } from "#core/user/password.ts";
import {
  attributes,
  forms,
  lists,
  memberships,
  senders,
  templates,
  users,
  workspaces,
} from "#db/schema/index.ts";
import { AGE_DAYS, type Forms, type Lists, WORDING } from "./audience.ts";
import type { Made } from "./campaigns.ts";
import { daysAgo, type House } from "./house.ts";
import { importThen } from "./imports.ts";
import { type LetterId, readLetter } from "./letters.ts";
import { drawHarbour } from "./picture.ts";

const TEMPLATES: readonly [string, LetterId][] = [
  ["Weekly roast", "roast"],
  ["Brew guide", "guide"],
  ["Price list", "wholesale"],
];

/** Lists, forms, attributes, templates, colleagues and a picture: all that a workspace has beside people and campaigns. */
export async function furnish(
  house: House,
): Promise<{ made: Omit<Made, "segments">; forms: Forms; importId: number }> {
  const { db, workspaceId, now } = house;
  const born = daysAgo(now, AGE_DAYS);
  await db
    .update(workspaces)
    .set({ brandColor: "#1f5d63", takeBackSeconds: 20, typeNumberAbove: 10_000, createdAt: born })
    .where(eq(workspaces.id, workspaceId));
  const picture = await uploadImage(house.at(now), { name: "harbour.png", bytes: await drawHarbour() });
  if (!picture.ok) throw new Error(picture.reason);
  await db.insert(attributes).values(
    (
      [
        ["first_name", "First name", "text"],
        ["last_name", "Last name", "text"],
        ["city", "City", "text"],
        ["country", "Country", "text"],
        ["roast", "Favourite roast", "text"],
        ["orders", "Orders", "number"],
        ["last_order", "Last order", "date"],
        ["grinder", "Has a grinder", "boolean"],
      ] as const
    ).map(([key, label, type]) => ({ workspaceId, key, label, type, createdAt: born })),
  );
  const made = await makeLists(house, born);
  await hireColleagues(house, born);
  for (const [name, letter] of TEMPLATES) {
    await db.insert(templates).values({
      workspaceId,
      name,
      ...(await readLetter(letter, picture.url)),
      createdAt: born,
      updatedAt: daysAgo(now, 40),
    });
  }
  const [sender] = await db
    .select({ id: senders.id })
    .from(senders)
    .where(eq(senders.workspaceId, workspaceId));
  await db.insert(senders).values({
    workspaceId,
    senderDomainId: house.senderDomainId,
    name: "Tilo from Nordkai",
    address: "tilo@nordkai.example",
    replyTo: null,
    createdAt: born,
  });
  return {
    made: { lists: made.lists, senderId: sender!.id, pictureUrl: picture.url },
    forms: made.forms,
    importId: await importThen(house, made.lists, born),
  };
}

async function makeLists(house: House, createdAt: Date): Promise<{ lists: Lists; forms: Forms }> {
  const { db, workspaceId } = house;
  // The list that every workspace begins with becomes the weekly one.
  const [first] = await db
    .update(lists)
    .set({ name: "Friday Roast", description: "One coffee a week, on Friday morning.", createdAt })
    .where(eq(lists.workspaceId, workspaceId))
    .returning({ id: lists.id });
  const others = await db
    .insert(lists)
    .values([
      { workspaceId, name: "Brew guides", description: "How to make it at home, twice a month.", createdAt },
      {
        workspaceId,
        name: "Offers",
        description: "When something costs less.",
        optIn: "single" as const,
        createdAt,
      },
      {
        workspaceId,
        name: "Cafés",
        description: "Prices and news for those who pour.",
        isPublic: false,
        createdAt,
      },
    ])
    .returning({ id: lists.id });
  const [roast, guides, offers, cafes] = [first!, ...others].map((row) => row.id) as [
    number,
    number,
    number,
    number,
  ];
  const rows = await db
    .insert(forms)
    .values([
      {
        publicId: randomBytes(6).toString("hex"),
        workspaceId,
        name: "Website footer",
        heading: "A letter from the harbour",
        promise: "One coffee each Friday, and nothing else.",
        wording: WORDING,
        listIds: [roast],
        fields: ["first_name"],
        createdAt,
        updatedAt: createdAt,
      },
      {
        publicId: randomBytes(6).toString("hex"),
        workspaceId,
        name: "Harbour fair",
        heading: "Taste it again at home",
        promise: "Brew guides twice a month, and the weekly roast.",
        wording: WORDING,
        listIds: [roast, guides],
        fields: ["first_name", "city"],
        createdAt,
        updatedAt: createdAt,
      },
    ])
    .returning({ id: forms.id });
  return { lists: { roast, guides, offers, cafes }, forms: { footer: rows[0]!.id, fair: rows[1]!.id } };
}

/** Two colleagues. Nobody knows their passwords, and their mail stays in the sandbox. */
async function hireColleagues(house: House, createdAt: Date): Promise<void> {
  for (const [name, address, role] of [
    ["Tilo Brandt", "tilo@nordkai.example", "marketer"],
    ["Ines Almeida", "ines@nordkai.example", "viewer"],
  ] as const) {
    const passwordHash = await hashPassword(randomBytes(24).toString("base64url"));
    const [user] = await house.db
      .insert(users)
      .values({
        name,
        address,
        addressKey: address,
        passwordHash,
        createdAt,
        lastSeenAt: daysAgo(house.now, role === "viewer" ? 3.2 : 0.1),
      })
      .onConflictDoNothing()
      .returning({ id: users.id });
    if (user)
      await house.db
        .insert(memberships)
        .values({ workspaceId: house.workspaceId, userId: user.id, role, createdAt });
  }
}
