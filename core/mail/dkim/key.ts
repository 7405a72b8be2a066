/** Keys of sender domains and what goes into DNS for them. */
import { createPublicKey, generateKeyPair, generateKeyPairSync } from "node:crypto";
import { promisify } from "node:util";

const generate = promisify(generateKeyPair);

export interface DkimKey {
  /** PKCS #8. Encrypt before storing. */
  privateKeyPem: string;
  /** The p= tag. */
  publicKeyBase64: string;
  /** Whole TXT record of `<selector>._domainkey.<domain>`. */
  record: string;
}

/** A new RSA-2048 key (RFC 8301). Takes about 0.1 s, off the main thread. */
export async function generateDkimKey(): Promise<DkimKey> {
  const { privateKey } = await generate("rsa", { modulusLength: 2048 });
  const privateKeyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const publicKeyBase64 = dkimPublicKey(privateKeyPem);
  return { privateKeyPem, publicKeyBase64, record: dkimRecord(publicKeyBase64) };
}

/** A new Ed25519 key (RFC 8463), to sign besides an RSA key: many receivers know nothing of it yet. Takes no time. */
export function generateEd25519Key(): DkimKey {
  const { privateKey } = generateKeyPairSync("ed25519");
  const privateKeyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const publicKeyBase64 = dkimPublicKey(privateKeyPem);
  return { privateKeyPem, publicKeyBase64, record: dkimRecord(publicKeyBase64, "ed25519") };
}

/** The p= tag of a private key: DER for RSA, the bare 32 bytes for Ed25519 (RFC 8463 4). */
export function dkimPublicKey(privateKeyPem: string): string {
  const key = createPublicKey(privateKeyPem);
  const der = key.export({ type: "spki", format: "der" });
  return (key.asymmetricKeyType === "ed25519" ? der.subarray(-32) : der).toString("base64");
}

/** The TXT record for a public key. */
export function dkimRecord(publicKeyBase64: string, type: "rsa" | "ed25519" = "rsa"): string {
  return `v=DKIM1; k=${type}; p=${publicKeyBase64}`;
}
