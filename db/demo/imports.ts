import { uploadImport } from "#core/import/upload.ts";
import { imports } from "#db/schema/index.ts";
import { IMPORTED, type Lists } from "./audience.ts";
import { DAY, daysAgo, type House, insertRows } from "./house.ts";

/** The import that the workspace began with, finished long ago, and one that waits for its columns. */
export async function importThen(house: House, list: Lists, born: Date): Promise<number> {
  const { db, workspaceId, ownerId, now } = house;
  const at = new Date(born.getTime() + 2 * DAY);
  const header = ["E-mail", "First name", "Last name", "Country", "Orders"];
  const keys = ["first_name", "last_name", "country", "orders"] as const;
  const [row] = await db
    .insert(imports)
    .values({
      workspaceId,
      fileName: "customers-spring.csv",
      state: "finished",
      encoding: "utf-8",
      delimiter: ";",
      hasHeader: true,
      header,
      sample: [["a.petersen@gmail.example", "Anna", "Petersen", "Germany", "3"]],
      mapping: {
        columns: [
          { to: "address" },
          ...keys.map((key) => ({
            to: "attribute" as const,
            key,
            label: key,
            type: key === "orders" ? ("number" as const) : ("text" as const),
          })),
        ],
      },
      options: {
        listIds: [list.roast, list.guides, list.offers],
        tags: [],
        standing: "confirmed",
        consentStatement: "Customers who ticked the newsletter box at the till, 2019 to 2025.",
        updateExisting: true,
      },
      bytesTotal: 168_402,
      bytesRead: 168_402,
      rowsRead: IMPORTED + 41,
      created: IMPORTED,
      updated: 0,
      unchanged: 12,
      skipped: 6,
      rejected: 23,
      createdBy: ownerId,
      createdAt: at,
      startedAt: at,
      finishedAt: new Date(at.getTime() + 2_400),
      updatedAt: at,
    })
    .returning({ id: imports.id });
  const importId = row!.id;
  const reasons = [
    "The address has no @.",
    "The domain has no dot.",
    "The address is empty.",
    "“drei” is not a number.",
  ];
  await insertRows(
    house.sql,
    "import_rejects",
    Array.from({ length: 29 }, (_, n) => {
      const isSkipped = n >= 23;
      const reason = isSkipped
        ? "Unsubscribed before; an import does not bring anybody back."
        : reasons[n % reasons.length]!;
      const cells = isSkipped
        ? [`left${n}@gmx.example`]
        : [
            n % 4 === 2 ? "" : n % 4 === 3 ? `k${n}@gmx.example` : `k${n} at home`,
            "K",
            "Nobody",
            "Germany",
            n % 4 === 3 ? "drei" : "1",
          ];
      return {
        import_id: importId,
        line: 61 + n * 77,
        kind: isSkipped ? "skipped" : "rejected",
        reason,
        cells,
      };
    }),
  );
  const csv = [
    "Email;Vorname;Stadt;Anmeldung",
    ...Array.from(
      { length: 38 },
      (_, n) => `market${n}@gmx.example;Gast ${n + 1};Kiel;${daysAgo(now, 5).toISOString().slice(0, 10)}`,
    ),
  ].join("\r\n");
  await uploadImport(house.at(now), {
    fileName: "market-stall.csv",
    bytes: (async function* () {
      yield Buffer.from(csv);
    })(),
  });
  return importId;
}
