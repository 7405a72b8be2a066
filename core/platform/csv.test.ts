import { expect, test } from "vitest";
import { csvHeaders, csvLine } from "./csv.ts";

test("nothing that a person typed runs as a formula where the file is opened", () => {
  for (const cell of ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1"]) {
    expect(csvLine([cell])).toMatch(/^"?'/);
  }
  expect(csvLine([`=cmd|' /C calc'!A0`])).toBe("'=cmd|' /C calc'!A0\r\n");
  // Our own numbers stay numbers.
  expect(csvLine([-1, null, "Ann", "a-b", "x=y"])).toBe("-1,,Ann,a-b,x=y\r\n");
});

test("a cell stays one cell", () => {
  expect(csvLine(['a"b', "c,d", "e\nf", "g\r\nh"])).toBe('"a""b","c,d","e\nf","g\r\nh"\r\n');
});

test("the name of a file opens no second header", () => {
  const { "content-disposition": header } = csvHeaders('a"\r\nset-cookie: x=1; ../../b.csv');
  expect(header).toBe('attachment; filename="a-set-cookie-x-1-..-..-b.csv"');
});
