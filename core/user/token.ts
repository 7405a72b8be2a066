import { createHash, randomBytes } from "node:crypto";

/** A one-time token for a link: 192 random bits. Only its hash is stored, so a copy of the database opens nothing. */
export function makeToken(): { token: string; tokenHash: string } {
  const token = randomBytes(24).toString("base64url");
  return { token, tokenHash: hashToken(token) };
}

export const hashToken = (token: string): string => createHash("sha256").update(token).digest("hex");
