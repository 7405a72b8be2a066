export const ATTRIBUTE_TYPES = ["text", "number", "date", "boolean"] as const;
export type AttributeType = (typeof ATTRIBUTE_TYPES)[number];

/** Values of attributes, keyed by attribute key; dates are ISO strings. */
export type Attributes = Record<string, string | number | boolean | null>;
