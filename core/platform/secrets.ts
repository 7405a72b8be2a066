import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";

const VERSION = "v1";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Crockford's base 32: no letter that can be taken for another. */
const READABLE = "0123456789abcdefghjkmnpqrstvwxyz";

/** A 32-byte key of its own for each purpose, by HKDF-SHA-256 (RFC 5869) from APP_SECRET. */
export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "lettermill", purpose, 32));
}

/**
 * Encrypts for the database with AES-256-GCM: `v1.<nonce><ciphertext><tag>` in base64url.
 * The purpose (like `dkim:<domain id>`) is authenticated too, so that a value cannot be moved to another row.
 */
export function encryptSecret(appSecret: string, purpose: string, plain: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", deriveKey(appSecret, "encrypt at rest"), nonce, {
    authTagLength: TAG_BYTES,
  });
  cipher.setAAD(Buffer.from(purpose));
  const sealed = Buffer.concat([nonce, cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}.${sealed.toString("base64url")}`;
}

/**
 * @throws an Error that says nothing about the content when the value was changed, moved, cut, or made with another APP_SECRET
 */
export function decryptSecret(appSecret: string, purpose: string, sealed: string): string {
  const [version, body] = sealed.split(".", 2);
  const bytes = Buffer.from(body ?? "", "base64url");
  if (version !== VERSION || bytes.length < NONCE_BYTES + TAG_BYTES)
    throw new Error(`Not an encrypted secret (${purpose}).`);
  const decipher = createDecipheriv(
    "aes-256-gcm",
    deriveKey(appSecret, "encrypt at rest"),
    bytes.subarray(0, NONCE_BYTES),
    {
      authTagLength: TAG_BYTES,
    },
  );
  decipher.setAAD(Buffer.from(purpose));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return (
      decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8")
    );
  } catch (cause) {
    throw new Error(
      `This secret cannot be read (${purpose}): APP_SECRET is not the one it was stored with, or it was changed.`,
      { cause },
    );
  }
}

/** What the first-run page asks for: 60 bits as `xxxx-xxxx-xxxx`, the same at every start with the same secret. */
export function firstRunToken(appSecret: string): string {
  const digest = createHmac("sha256", deriveKey(appSecret, "first run")).update("administrator").digest();
  const letters = Array.from(digest.subarray(0, 12), (byte) => READABLE[byte & 31]).join("");
  return letters.replace(/(.{4})(?=.)/g, "$1-");
}
