import { z } from "zod";

/**
 * A submitted form as the object that a schema expects: repeated names, names ending in `[]` and array fields become
 * arrays, a checkbox that was not ticked becomes false, number fields numbers, object fields are read as JSON.
 * A boolean or an array with a default is left to it, so give fields of a form none.
 * An empty text is null where the schema allows null, and absent where the field may be absent.
 */
export function formDataToObject(form: FormData, schema: z.ZodType): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const shape = shapeOf(schema);
  const names = new Set([...form.keys()].filter((name) => !name.startsWith("$ACTION_")));
  for (const name of names) {
    const key = name.replace(/\[\]$/, "");
    const kind = shape[key] && look(shape[key]);
    const values = form.getAll(name);
    if (name !== key || values.length > 1 || kind?.type === "array") {
      const item = kind?.type === "array" ? kind.item : undefined;
      const before = Array.isArray(result[key]) ? (result[key] as unknown[]) : [];
      result[key] = [
        ...before,
        ...values.filter((value) => value !== "").flatMap((value) => arrayItem(value, item, values.length)),
      ];
    } else result[key] = single(values[0], kind);
    if (kind?.type === "boolean" && Array.isArray(result[key])) result[key] = true;
    if (result[key] === undefined) delete result[key];
  }
  for (const [key, field] of Object.entries(shape)) {
    if (key in result || form.has(key)) continue;
    const kind = look(field);
    if (kind.type === "boolean" && !kind.isOptional) result[key] = false;
    if (kind.type === "array" && !kind.isOptional) result[key] = [];
  }
  return result;
}

type Kind = { type: string; item?: string; isNullable: boolean; isOptional: boolean };

function arrayItem(value: FormDataEntryValue, item: string | undefined, count: number): unknown[] {
  // A single field may carry a whole array as JSON.
  if (count === 1 && typeof value === "string" && value.startsWith("[")) {
    const parsed = parseJson(value);
    if (Array.isArray(parsed)) return parsed;
  }
  return [single(value, { type: item ?? "string", isNullable: false, isOptional: false })];
}

function single(value: FormDataEntryValue | undefined, kind: Kind | undefined): unknown {
  if (typeof value !== "string" || !kind) return value;
  if (kind.type === "boolean") return ["on", "true", "1", "yes"].includes(value);
  if (value === "") {
    if (kind.isNullable) return null;
    if (kind.isOptional || kind.type !== "string") return undefined;
    return value;
  }
  if (kind.type === "number" || kind.type === "int")
    return /^-?[\d.]+$/.test(value.trim()) ? Number(value) : value;
  if (kind.type === "object" || kind.type === "record" || kind.type === "union")
    return parseJson(value) ?? value;
  return value;
}

function parseJson(text: string): unknown {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Definition = {
  type: string;
  innerType?: z.ZodType;
  in?: z.ZodType;
  out?: z.ZodType;
  element?: z.ZodType;
  shape?: Record<string, z.ZodType>;
};

const definitionOf = (schema: z.ZodType): Definition => schema.def as unknown as Definition;

/** What lies under optional, default, nullable, readonly and transforms. */
function look(schema: z.ZodType): Kind {
  let isNullable = false;
  let isOptional = false;
  let current = schema;
  for (;;) {
    const def = definitionOf(current);
    if (def.type === "nullable") isNullable = true;
    if (def.type === "optional" || def.type === "default" || def.type === "prefault") isOptional = true;
    if (def.innerType) current = def.innerType;
    else if (def.type === "pipe" && def.in)
      current = definitionOf(def.in).type === "transform" && def.out ? def.out : def.in;
    else {
      const item = def.type === "array" && def.element ? look(def.element).type : undefined;
      return { type: def.type, isNullable, isOptional, ...(item && { item }) };
    }
  }
}

function shapeOf(schema: z.ZodType): Record<string, z.ZodType> {
  let current: z.ZodType = schema;
  for (;;) {
    if (current instanceof z.ZodObject) return current.shape as Record<string, z.ZodType>;
    const def = definitionOf(current);
    const next = def.innerType ?? def.in;
    if (!next) return {};
    current = next;
  }
}
