/** What an MTA-STS policy asks for (RFC 8461 §3.2). */
export const STS_MODES = ["enforce", "testing", "none"] as const;
export type StsMode = (typeof STS_MODES)[number];

/** A TLSA record (RFC 6698 §2.1); `data` in hex. */
export type Tlsa = { usage: number; selector: number; matching: number; data: string };
