import type { Chance } from "./random.ts";

/** Somebody who does not exist, with all that the workspace knows of them. */
export type Person = {
  address: string;
  domain: string;
  attributes: Record<string, string | number | boolean>;
  tags: string[];
  /** How likely this person is to open and to click, as a factor: 0 never, 1 average. */
  interest: number;
};

const NAMES: Readonly<
  Record<string, { first: readonly string[]; last: readonly string[]; cities: readonly string[] }>
> = {
  Germany: {
    first: [
      "Anna",
      "Jonas",
      "Lena",
      "Felix",
      "Katharina",
      "Moritz",
      "Jürgen",
      "Sabine",
      "Emre",
      "Greta",
      "Thorsten",
      "Björn",
    ],
    last: [
      "Müller",
      "Schröder",
      "Petersen",
      "Brandt",
      "Yılmaz",
      "Krüger",
      "Lüders",
      "Hansen",
      "Vogt",
      "Reuter",
      "Groß",
      "Fiedler",
    ],
    cities: ["Kiel", "Hamburg", "Berlin", "Leipzig", "Köln", "Flensburg", "München"],
  },
  Denmark: {
    first: ["Søren", "Freja", "Mads", "Ida", "Rasmus", "Signe", "Jens", "Astrid"],
    last: ["Nielsen", "Jørgensen", "Mortensen", "Kjær", "Lund", "Østergaard", "Holm"],
    cities: ["Aarhus", "København", "Odense", "Aalborg"],
  },
  Portugal: {
    first: ["Inês", "João", "Beatriz", "Tiago", "Mafalda", "Rui", "Leonor"],
    last: ["Almeida", "Carvalho", "Gonçalves", "Magalhães", "Teixeira", "Sousa"],
    cities: ["Porto", "Lisboa", "Braga", "Coimbra"],
  },
  "United Kingdom": {
    first: ["Oliver", "Amelia", "Harry", "Isla", "Priya", "Callum", "Niamh", "Zoë", "George"],
    last: ["Walker", "O'Connor", "Patel", "Hughes", "Fletcher", "MacLeod", "Bennett", "Shaw"],
    cities: ["Bristol", "Leeds", "Glasgow", "London", "Cardiff"],
  },
  France: {
    first: ["Chloé", "Théo", "Élodie", "Mathieu", "Noémie", "Luc", "Camille"],
    last: ["Lefèvre", "Moreau", "Girard", "Dubois", "Rousseau", "Benoît"],
    cities: ["Nantes", "Lyon", "Bordeaux", "Rennes"],
  },
  Poland: {
    first: ["Zofia", "Jakub", "Małgorzata", "Wojciech", "Agnieszka", "Paweł"],
    last: ["Kowalska", "Nowak", "Wójcik", "Zieliński", "Dąbrowska"],
    cities: ["Gdańsk", "Kraków", "Wrocław", "Łódź"],
  },
};
const COUNTRIES = { Germany: 44, Denmark: 16, "United Kingdom": 14, France: 10, Portugal: 9, Poland: 7 };

/**
 * Where people have their mailboxes. All under `.example`, which nobody can own (RFC 2606): should this workspace ever
 * be let out of the sandbox, its mail finds nobody.
 */
const MAILBOXES = {
  "gmail.example": 31,
  "outlook.example": 7,
  "hotmail.example": 8,
  "yahoo.example": 8,
  "aol.example": 2,
  "icloud.example": 9,
  "gmx.example": 8,
  "comcast.example": 1,
  "orange.example": 2,
  company: 24,
};
const COMPANY_FIRST = [
  "almeida",
  "nordlys",
  "kestrel",
  "lindqvist",
  "fjord",
  "harbour",
  "tidal",
  "brandt",
  "copper",
  "juniper",
  "larkspur",
  "meridian",
  "ostsee",
  "pavillon",
  "quarry",
  "rosmarin",
  "saltworks",
  "thicket",
  "ulmen",
  "viaduct",
  "westend",
  "atelier",
  "birk",
  "cedar",
  "dorsch",
  "ember",
  "foundry",
  "gable",
  "heron",
  "iris",
];
const COMPANY_LAST = [
  "studio",
  "bakery",
  "design",
  "books",
  "garden",
  "partners",
  "press",
  "school",
  "works",
  "foods",
  "labs",
  "travel",
];
const ROASTS = { light: 3, medium: 4, dark: 2, espresso: 3 };
const TAGS = { vip: 0.04, "summer fair": 0.09, "gift buyer": 0.07, press: 0.01 };

const plain = (name: string): string =>
  name
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replaceAll("ø", "o")
    .replaceAll("Ø", "O")
    .replaceAll("ß", "ss")
    .replaceAll("ł", "l")
    .replaceAll("Ł", "L")
    .replaceAll("ı", "i")
    .replaceAll("æ", "ae")
    .replace(/[^A-Za-z]/g, "")
    .toLowerCase();

/** Makes people one after the other, no address twice. */
export function makePeople(chance: Chance, now: Date): () => Person {
  const taken = new Set<string>();
  const companies = COMPANY_FIRST.flatMap((first) => COMPANY_LAST.map((last) => `${first}-${last}.example`));
  return () => {
    const country = chance.weighted(COUNTRIES);
    const { first, last, cities } = NAMES[country]!;
    const firstName = chance.pick(first);
    const lastName = chance.pick(last);
    const box = chance.weighted(MAILBOXES);
    // Squared: a few companies have many readers, most have one or two.
    const domain = box === "company" ? companies[Math.floor(chance.next() ** 2 * companies.length)]! : box;
    const address = freeAddress(chance, taken, plain(firstName), plain(lastName), domain);
    const orders = chance.happens(0.55) ? Math.floor(chance.wait(3.5)) + 1 : 0;
    const isCafe = box === "company" && chance.happens(0.22);
    const attributes: Person["attributes"] = { country };
    if (!chance.happens(0.06)) Object.assign(attributes, { first_name: firstName, last_name: lastName });
    if (chance.happens(0.7)) attributes.city = chance.pick(cities);
    if (chance.happens(0.6)) attributes.roast = chance.weighted(ROASTS);
    attributes.orders = orders;
    if (orders > 0) {
      attributes.last_order = new Date(now.getTime() - chance.wait(120) * 86_400_000)
        .toISOString()
        .slice(0, 10);
      attributes.grinder = chance.happens(0.4);
    }
    const tags = Object.entries(TAGS).flatMap(([tag, share]) => (chance.happens(share) ? [tag] : []));
    if (isCafe) tags.push("café");
    // A third never opens anything, most do now and then, some read all.
    const interest = chance.happens(0.33) ? 0.05 : chance.happens(0.25) ? 2.4 : 1;
    return { address, domain, attributes, tags, interest };
  };
}

function freeAddress(
  chance: Chance,
  taken: Set<string>,
  first: string,
  last: string,
  domain: string,
): string {
  for (let n = 0; ; n++) {
    const base = chance.pick([
      `${first}.${last}`,
      `${first}${last}`,
      `${first[0]}.${last}`,
      `${first}_${last}`,
      `${last}.${first}`,
    ]);
    const address = `${base}${n > 0 || chance.happens(0.25) ? chance.between(1, 99 + n * 50) : ""}@${domain}`;
    if (taken.has(address)) continue;
    taken.add(address);
    return address;
  }
}
