export const HIT_KINDS = ["open", "click"] as const;
export type HitKind = (typeof HIT_KINDS)[number];

export const HIT_CLASSES = ["human", "machine", "prefetch", "scanner"] as const;
export type HitClass = (typeof HIT_CLASSES)[number];
