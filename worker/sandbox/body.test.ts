import { expect, test } from "vitest";
import { BodyReader, fieldOf, headOf, inspectLines } from "./body.ts";

function readIn(pieces: Buffer[]): { message: string; rest: string } {
  const reader = new BodyReader();
  for (const [i, piece] of pieces.entries()) {
    const used = reader.take(piece);
    if (used !== -1) {
      const rest = Buffer.concat([piece.subarray(used), ...pieces.slice(i + 1)]);
      return { message: reader.message().toString(), rest: rest.toString() };
    }
  }
  return { message: "", rest: "unfinished" };
}

const wire = "..first\r\nSubject: x\r\n\r\n...two\r\n.\rno\r\n..\r\nend\r\n.\r\nQUIT\r\n";
const message = ".first\r\nSubject: x\r\n\r\n..two\r\n\rno\r\n.\r\nend\r\n";

test("the end is found wherever the chunks are cut", () => {
  const bytes = Buffer.from(wire);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    for (let next = cut; next <= bytes.length; next += 3) {
      const pieces = [bytes.subarray(0, cut), bytes.subarray(cut, next), bytes.subarray(next)];
      expect(readIn(pieces.filter((piece) => piece.length > 0))).toEqual({ message, rest: "QUIT\r\n" });
    }
  }
  expect(readIn([...bytes].map((byte) => Buffer.from([byte])))).toEqual({ message, rest: "QUIT\r\n" });
});

test("an empty message, and one without a line end before the dot", () => {
  expect(readIn([Buffer.from(".\r\nNOOP\r\n")])).toEqual({ message: "", rest: "NOOP\r\n" });
  expect(readIn([Buffer.from("a\n.\nb\r\n.\r\n")])).toEqual({ message: "a\n.\nb\r\n", rest: "" });
});

test("header fields are unfolded", () => {
  const head = headOf(Buffer.from("message-id:\r\n <a@b>\r\nSubject: one\r\n two\r\n\r\nSubject: body\r\n"));
  expect(fieldOf(head, /^Subject:[ \t]*((?:[^\r\n]|\r\n[ \t])*)/im)).toBe("one two");
  expect(fieldOf(head, /^Message-ID:[ \t]*((?:[^\r\n]|\r\n[ \t])*)/im)).toBe("<a@b>");
});

test("bytes that may not be sent are seen", () => {
  const inspect = (text: string) => inspectLines(Buffer.from(text));
  expect(inspect("a\r\nb\r\n")).toEqual({ bare: false, tooLong: false });
  expect(inspect("a\nb\r\n").bare).toBe(true);
  expect(inspect("a\rb\r\n").bare).toBe(true);
  expect(inspect("\n\r").bare).toBe(true);
  expect(inspect(`${"x".repeat(998)}\r\ny\r\n`).tooLong).toBe(false);
  expect(inspect(`${"x".repeat(999)}\r\ny\r\n`).tooLong).toBe(true);
});
