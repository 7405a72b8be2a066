import { getSchema } from "@tiptap/core";
import { expect, test } from "vitest";
import { checkLiquid } from "#core/mail/liquid/check.ts";
import { knownVariables } from "#core/mail/liquid/variables.ts";
import { mailBlocks } from "./blocks.ts";
import { liquidProblems } from "./liquid-marks.ts";
import { othersLine } from "./use-meeting.ts";

const schema = getSchema(mailBlocks());
const known = knownVariables(["first_name"]);
const text = (value: string) => ({ type: "text", text: value });
const chip = (name: string) => ({ type: "variable", attrs: { name, fallback: "" } });
const paragraph = (...content: object[]) => ({ type: "paragraph", content });

/** What is marked, as it stands in the document. */
function marked(...content: object[]): string[] {
  const doc = schema.nodeFromJSON({ type: "doc", content });
  doc.check();
  return liquidProblems(doc, checkLiquid, known).map(
    ({ from, to, message }) => `${doc.textBetween(from, to, "¶", "◇")}: ${message}`,
  );
}

test("marks unknown variables and chips where they stand, also behind chips and inside columns", () => {
  const column = { type: "columnsColumn", content: [paragraph(text("In {{ subscriber.citty }} now"))] };
  expect(
    marked(
      paragraph(
        text("Hello "),
        chip("subscriber.first_name"),
        text(", {{ subscriber.first_name }} {{ a.b }}!"),
      ),
      { type: "twoColumns", content: [column, column] },
      paragraph(text("Bye "), chip("subscriber.gone")),
    ),
  ).toEqual([
    '{{ a.b }}: There is no variable "a.b".',
    '{{ subscriber.citty }}: There is no variable "subscriber.citty".',
    '{{ subscriber.citty }}: There is no variable "subscriber.citty".',
    '◇: There is no variable "subscriber.gone".',
  ]);
});

test("marks broken Liquid to its end or to that of its block, and lets a condition span blocks", () => {
  expect(marked(paragraph(text("Left {{ subscriber.first_name | nofilter }} right")))[0]).toMatch(
    /^\{\{ subscriber\.first_name \| nofilter \}\}: /,
  );
  expect(marked(paragraph(text("An open {{ subscriber.first_name")), paragraph(text("next")))[0]).toMatch(
    /^\{\{ subscriber\.first_name: /,
  );
  expect(
    marked(
      paragraph(text('{% if subscriber.first_name == "Ines" %}')),
      paragraph(text("Only for you")),
      paragraph(text("{% endif %}")),
    ),
  ).toEqual([]);
});

test("says who else is here in a sentence", () => {
  const one = (name: string, own = false, mayWrite = true) => ({ name, own, mayWrite });
  expect(othersLine([])).toBe("");
  expect(othersLine([one("Mara", true)])).toBe("Open in another tab of yours too.");
  expect(othersLine([one("Tilo")])).toBe("Tilo is here too.");
  expect(othersLine([one("Tilo", false, false)])).toBe("Tilo is reading along.");
  expect(othersLine([one("Tilo"), one("Ines"), one("Mara", true)])).toBe(
    "Tilo and Ines are here too. Open in another tab of yours too.",
  );
  expect(othersLine([one("Tilo"), one("Ines"), one("Zoë")])).toBe("Tilo and 2 others are here too.");
});
