import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import iconv from "iconv-lite";
import { describe, expect, test } from "vitest";
import { CsvStopped, decodeStream, detectDelimiter, detectEncoding, readCsv } from "./csv.ts";
import { looksLikeHeader, parseDate, parseTags, standingOfFileName, suggestMapping } from "./rules.ts";

async function* pieces(text: string, size = 7): AsyncGenerator<string> {
  for (let i = 0; i < text.length; i += size) yield text.slice(i, i + size);
}

async function rowsOf(text: string, delimiter = ","): Promise<string[][]> {
  const rows: string[][] = [];
  for await (const row of readCsv(pieces(text), delimiter)) rows.push(row.cells);
  return rows;
}

describe("readCsv", () => {
  test("a quote that is never closed stops with the line, and the rows before it are handed out", async () => {
    const seen: string[][] = [];
    const reading = (async () => {
      for await (const row of readCsv(pieces('a,b\n1,2\n3,"4\n5,6\n'), ",")) seen.push(row.cells);
    })();
    await expect(reading).rejects.toThrow(CsvStopped);
    expect(seen).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
  });

  test("line numbers are those of the file, across cells with line ends and empty lines", async () => {
    const lines: number[] = [];
    for await (const row of readCsv(pieces('a,b\r\n"x\r\ny",2\r\n\r\nz,3\r\n'), ",")) lines.push(row.line);
    expect(lines).toEqual([1, 2, 5]);
  });

  test("cells come back as they were written, whatever is in them and wherever the text is cut", async () => {
    const cell = fc.oneof(
      fc.string({
        unit: fc.constantFrom("a", " ", ",", ";", '"', "\n", "\r\n", "ü", "😀", "'", "="),
        maxLength: 6,
      }),
      fc.string({ unit: "binary", maxLength: 4 }),
    );
    const row = fc.array(cell, { minLength: 2, maxLength: 4 });
    const write = (text: string, always: boolean) =>
      always || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 5 }),
        fc.constantFrom("\n", "\r\n", "\r"),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        async (rows, end, always, ended, size) => {
          const text =
            rows.map((one) => one.map((x) => write(x, always)).join(",")).join(end) + (ended ? end : "");
          const read: string[][] = [];
          for await (const { cells } of readCsv(pieces(text, size), ",")) read.push(cells);
          expect(read).toEqual(rows);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("ends of CR alone, mixed ends, an empty last cell, quotes after a closing quote", async () => {
    expect(await rowsOf("a,b\r1,2\r")).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
    expect(await rowsOf("a,b\r\n1,2\n3,x\ry\r\n")).toEqual([
      ["a", "b"],
      ["1", "2"],
      ["3", "x\ry"],
    ]);
    expect(await rowsOf("a,b\n1,")).toEqual([
      ["a", "b"],
      ["1", ""],
    ]);
    expect(await rowsOf('a,b\n"Bo" Smith,"x"y\nc,d\n')).toEqual([
      ["a", "b"],
      ['"Bo" Smith', '"x"y'],
      ["c", "d"],
    ]);
  });

  test("a row without end is given up after a million characters", async () => {
    const reading = async () => {
      const seen: number[] = [];
      for await (const { line } of readCsv(pieces(`a,b\n1,"${"x".repeat(1_100_000)}`, 100_000), ","))
        seen.push(line);
    };
    await expect(reading()).rejects.toThrow("after line 1 is never closed");
  });

  test("stray quotes, surplus and missing fields do not stop the rest", async () => {
    expect(await rowsOf('a,b\n5" nail,x\n1,2,3\nlast\n')).toEqual([
      ["a", "b"],
      ['5" nail', "x"],
      ["1", "2", "3"],
      ["last"],
    ]);
  });
});

describe("detection", () => {
  test("encodings: UTF-8 with and without mark, UTF-16, Windows-1252", async () => {
    const text = "E-Mail;Ort\r\nänne@ü.example;Köln\r\n";
    for (const [encoding, bytes] of [
      ["utf-8", Buffer.from(text)],
      ["utf-8", Buffer.from(`\ufeff${text}`)],
      ["utf-16le", Buffer.concat([Buffer.from([0xff, 0xfe]), iconv.encode(text, "utf-16le")])],
      ["utf-16le", iconv.encode(text.repeat(5), "utf-16le")],
      ["utf-16be", Buffer.concat([Buffer.from([0xfe, 0xff]), iconv.encode(text, "utf-16be")])],
      ["windows-1252", iconv.encode(text.repeat(5), "windows-1252")],
    ] as const) {
      const found = detectEncoding(bytes);
      expect(found).toBe(encoding);
      let out = "";
      for await (const piece of decodeStream(
        (async function* () {
          yield bytes;
        })(),
        found,
      ))
        out += piece;
      expect(out.startsWith(text)).toBe(true);
    }
  });

  test("delimiters, also where commas stand inside quotes", () => {
    expect(detectDelimiter("a;b;c\n1,5;2;3\n")).toBe(";");
    expect(detectDelimiter("a\tb\n1\t2\n")).toBe("\t");
    expect(detectDelimiter('a,b\n"x;y;z",2\n"x;y;z",3\n')).toBe(",");
    expect(detectDelimiter("email\na@b.example\n")).toBe(",");
  });

  test("what columns are: Mailchimp's shape, no header, no address", () => {
    const header = [
      "Email Address",
      "First Name",
      "MEMBER_RATING",
      "OPTIN_TIME",
      "CONFIRM_TIME",
      "CONFIRM_IP",
      "TAGS",
    ];
    const columns = suggestMapping(header, [
      ["a@b.example", "Ann", "2", "", "2023-04-21 11:16:57", "192.0.2.1", ""],
    ]);
    expect(columns.map((column) => column.to)).toEqual([
      "address",
      "attribute",
      "skip",
      "skip",
      "consent-at",
      "consent-ip",
      "tags",
    ]);
    expect(looksLikeHeader(["d1bd", "johndoe@example.com", "John"])).toBe(false);
    expect(suggestMapping(null, [["d1bd", "johndoe@example.com"]])[1]).toEqual({ to: "address" });
    expect(
      suggestMapping(["firstName", "lastName"], [["John", "Doe"]]).some((column) => column.to === "address"),
    ).toBe(false);
  });

  test("the standing is read from the file's name", () => {
    expect(standingOfFileName("subscribed_segment_export_123.csv")).toBe("confirmed");
    expect(standingOfFileName("unsubscribed_segment_export_123.csv")).toBe("unsubscribed");
    expect(standingOfFileName("cleaned_segment_export_123.csv")).toBe("suppressed");
  });

  test("dates are read where they are one date, tags in each shape", () => {
    expect(parseDate("2024-02-30")).toBeNull();
    expect(parseDate("03/04/2024")).toBeNull();
    expect(parseDate("31/12/2024")).toBe("2024-12-31");
    expect(parseDate("31.12.2024")).toBe("2024-12-31");
    expect(parseDate("2023-04-21 11:16:57")).toBe("2023-04-21T11:16:57.000Z");
    expect(parseTags('"VIP","Blog"')).toEqual(["VIP", "Blog"]);
    expect(parseTags("VIP; Blog ")).toEqual(["VIP", "Blog"]);
  });
});

const corpora = join(
  process.env.CORPORA_DIR ?? join(import.meta.dirname, "../../../shared/corpora"),
  "imports",
);

describe.skipIf(!existsSync(corpora))("real files (CORPORA_DIR)", () => {
  const read = (name: string) => readFileSync(join(corpora, name), "utf8");
  test.each([
    [
      "spectrum-comma_in_quotes.csv",
      [
        ["first", "last", "address", "city", "zip"],
        ["John", "Doe", "120 any st.", "Anytown, WW", "08123"],
      ],
    ],
    [
      "spectrum-empty.csv",
      [
        ["a", "b", "c"],
        ["1", "", ""],
        ["2", "3", "4"],
      ],
    ],
    [
      "spectrum-empty_crlf.csv",
      [
        ["a", "b", "c"],
        ["1", "", ""],
        ["2", "3", "4"],
      ],
    ],
    [
      "spectrum-newlines.csv",
      [
        ["a", "b", "c"],
        ["1", "2", "3"],
        ["Once upon \na time", "5", "6"],
        ["7", "8", "9"],
      ],
    ],
    [
      "spectrum-newlines_crlf.csv",
      [
        ["a", "b", "c"],
        ["1", "2", "3"],
        ["Once upon \na time", "5", "6"],
        ["7", "8", "9"],
      ],
    ],
    [
      "spectrum-utf8.csv",
      [
        ["a", "b", "c"],
        ["1", "2", "3"],
        ["4", "5", "ʤ"],
      ],
    ],
    [
      "spectrum-quotes_and_newlines.csv",
      [
        ["a", "b"],
        ["1", 'ha \n"ha" \nha'],
        ["3", "4"],
      ],
    ],
    [
      "spectrum-location_coordinates.csv",
      [
        ["Contact Phone Number", "Location Coordinates", "Cities", "Counties"],
        ["2095257564", `37\ufffd36'37.8"N 121\ufffd2'17.9"W`, "Modesto", "Stanislaus"],
      ],
    ],
  ])("%s", async (name, expected) => {
    expect(await rowsOf(read(name), detectDelimiter(read(name)))).toEqual(expected);
  });
});
