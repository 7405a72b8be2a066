import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dotStuff } from "./dot-stuff.ts";

describe("dotStuff", () => {
  it("gives the same buffer back where no line starts with a dot", () => {
    const bytes = Buffer.from("a.\r\nb..c\r\n\r\n");
    expect(dotStuff(bytes)).toBe(bytes);
    expect(dotStuff(Buffer.alloc(0))).toHaveLength(0);
  });

  it("doubles the first dot of every line", () => {
    expect(dotStuff(Buffer.from(".\r\n..a\r\nb.\r\n.")).toString()).toBe("..\r\n...a\r\nb.\r\n..");
    fc.assert(
      fc.property(fc.array(fc.constantFrom("\r\n", ".", "a"), { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        expect(dotStuff(Buffer.from(text)).toString()).toBe(text.replace(/^\./gm, ".."));
      }),
    );
  });
});
