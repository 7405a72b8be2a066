import { describe, expect, test } from "vitest";
import { z } from "zod";
import { formDataToObject } from "./form-data.ts";

function form(...entries: [string, string][]): FormData {
  const data = new FormData();
  for (const [name, value] of entries) data.append(name, value);
  return data;
}

const Input = z
  .object({
    name: z.string().min(1),
    note: z.string().nullable(),
    replyTo: z.email().optional(),
    isPublic: z.boolean(),
    wantsMore: z.boolean().default(true),
    listIds: z.array(z.coerce.number().int()),
    limit: z.number().int().nullable(),
    rule: z.object({ all: z.array(z.string()) }).optional(),
  })
  .refine(() => true);

describe("formDataToObject", () => {
  test("reads checkboxes, numbers, arrays and JSON by the schema", () => {
    expect(
      formDataToObject(
        form(
          ["name", "x"],
          ["note", ""],
          ["replyTo", ""],
          ["isPublic", "on"],
          ["listIds", "1"],
          ["limit", "20"],
          ["rule", '{"all":["a"]}'],
          ["$ACTION_ID_1", ""],
        ),
        Input,
      ),
    ).toEqual({ name: "x", note: null, isPublic: true, listIds: [1], limit: 20, rule: { all: ["a"] } });
  });

  test("fills in what browsers leave out", () => {
    expect(formDataToObject(form(["name", ""], ["limit", ""]), Input)).toEqual({
      name: "",
      isPublic: false,
      listIds: [],
      limit: null,
    });
  });

  test("keeps repeated and bracketed names as arrays", () => {
    expect(formDataToObject(form(["listIds[]", "1"], ["listIds[]", "2"]), Input).listIds).toEqual([1, 2]);
    expect(formDataToObject(form(["listIds", "1"], ["listIds", "2"]), Input).listIds).toEqual([1, 2]);
    expect(formDataToObject(form(["isPublic", "false"], ["isPublic", "true"]), Input).isPublic).toBe(true);
  });

  test("leaves nonsense for the schema to refuse", () => {
    expect(formDataToObject(form(["limit", "many"], ["rule", "{"]), Input)).toMatchObject({
      limit: "many",
      rule: "{",
    });
  });
});
