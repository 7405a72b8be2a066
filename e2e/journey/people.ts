import { behavioursOf } from "#worker/sandbox/behaviours.ts";
import { fateOf } from "#worker/sandbox/habits.ts";
import { makeWorld } from "#worker/sandbox/world.ts";

/** What the journey needs to know of the sandbox before anything is sent: who it is that accepts and who refuses. */
const SEED = "sandbox";
const behaviours = behavioursOf("natural");
const world = makeWorld({ block: "127.53", seed: SEED, shares: behaviours.shares });

export type Expected = "accepted" | "bounced" | "uncertain" | "later";

/** What becomes of a mail to `address` at the first try; `later` is neither yes nor no for minutes. */
export function expected(address: string): Expected {
  const place = world.place(address.slice(address.lastIndexOf("@") + 1));
  if (place.kind === "null-mx" || place.kind === "missing") return "bounced";
  if (place.kind !== "mail" && place.kind !== "implicit") return "later";
  const fate = fateOf(address, place.site, world.provider(place.provider), behaviours, SEED);
  if (fate.drop === "dropafter") return "uncertain";
  if (fate.deferral !== null || fate.drop !== null || fate.refusal === "full") return "later";
  return fate.refusal === null ? "accepted" : "bounced";
}

export type Person = { address: string; first: string; city: string; since: string };

const FIRST = [
  "Ada",
  "Björn",
  "Chloé",
  "Dörte",
  "Emre",
  "Fatima",
  "Giulia",
  "Håkon",
  "Ilse",
  "Jörg",
  "Kübra",
];
const CITIES = ["Kiel", "Hamburg", "Lübeck", "Flensburg", "Bremen", "Rostock", "Køge", "Göteborg"];
const DOMAINS = [
  ...["gmail.com", "gmail.com", "gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "yahoo.de"],
  ...["gmx.de", "web.de", "icloud.com", "comcast.net", "orange.fr"],
];

/** Made people in a fixed order, all of whom the sandbox answers at the first try. */
export function makePeople(n: number): Person[] {
  const people: Person[] = [];
  for (let i = 0; people.length < n; i += 1) {
    const domain = i % 3 === 2 ? `werkstatt${i % 59}.example` : (DOMAINS[i % DOMAINS.length] ?? "gmail.com");
    const first = FIRST[i % FIRST.length] ?? "";
    const plain = first
      .normalize("NFKD")
      .replace(/[^a-z]/gi, "")
      .toLowerCase();
    const address = `${plain}.${i}@${domain}`;
    if (expected(address) === "later") continue;
    const day = String((i % 28) + 1).padStart(2, "0");
    people.push({ address, first, city: CITIES[i % CITIES.length] ?? "", since: `${day}.03.202${i % 6}` });
  }
  return people;
}

/** Rows that cannot be taken, each kind with what the reason has to say. */
export const BROKEN: { row: (i: number) => string; reason: RegExp }[] = [
  { row: (i) => `;Nobody ${i};Kiel;01.03.2024`, reason: /no address/ },
  { row: (i) => `karl${i}.example;Karl;Kiel;01.03.2024`, reason: /no @/ },
  { row: (i) => `karl${i}@gmail;Karl;Kiel;01.03.2024`, reason: /not a domain name/ },
  { row: (i) => `karl${i}@gmail.com;Karl;Kiel;31.02.2024`, reason: /31\.02\.2024.*not a date/ },
  {
    row: (i) => `karl${i}@gmail.com;Karl;Kiel;01.03.2024;"one; too many"`,
    reason: /5 fields, 4 are expected/,
  },
];

/** A file as a spreadsheet writes it: BOM, semicolons, CRLF; the broken rows lie spread among the good ones. */
export function spreadsheet(people: readonly Person[], broken: number): Buffer {
  const rows = people.map(({ address, first, city, since }) => `${address};${first};${city};${since}`);
  const every = Math.floor(people.length / broken);
  for (let i = broken - 1; i >= 0; i -= 1)
    rows.splice(i * every + 3, 0, BROKEN[i % BROKEN.length]?.row(i) ?? "");
  return Buffer.from(`\uFEFF${["E-Mail;First name;City;Customer since", ...rows].join("\r\n")}\r\n`);
}
