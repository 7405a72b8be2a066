import { generateKeyPairSync, randomBytes, sign, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import { googleHosted, providers } from "./providers.ts";

const day = 86_400_000;
const ecdsaWithSha256 = Buffer.from("06082a8648ce3d040302", "hex");
const commonName = Buffer.from("0603550403", "hex");
const basicConstraints = Buffer.from("0603551d13", "hex");
const subjectAltName = Buffer.from("0603551d11", "hex");

/** A certificate with its key, both in PEM. */
export type Certificate = { key: string; cert: string };

/**
 * A certificate for all the sandbox's servers, made anew at each start and signed by itself (RFC 5280).
 * Returned as PEM too, so that a client that wants to verify can trust it.
 */
export function makeCertificate(): { context: SecureContext; pem: string; authority: Certificate } {
  const named = providers.flatMap(({ mx, suffixes }) => [...mx, ...suffixes.map((s) => `*.${s}`)]);
  const hosts = new Set([...named, ...googleHosted]);
  const { key, cert } = issueCertificate({ name: "sandbox.example", hosts: [...hosts], isAuthority: true });
  return { context: createSecureContext({ key, cert }), pem: cert, authority: { key, cert } };
}

/** Makes a certificate for these hosts, signed by `issuer` or by itself. */
export function issueCertificate(options: {
  name: string;
  hosts: readonly string[];
  isAuthority?: boolean;
  issuer?: Certificate;
  /** Days from now; a year unless told. */
  validDays?: number;
}): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(0x30, ecdsaWithSha256);
  const name = nameOf(options.name);
  const issuer = options.issuer
    ? nameOf(/CN=(.*)/.exec(new X509Certificate(options.issuer.cert).subject)?.[1] ?? "")
    : name;
  const names = options.hosts.map((host) => der(0x82, Buffer.from(host)));
  const authority = options.isAuthority ? der(0x30, der(0x01, Buffer.from([0xff]))) : der(0x30);
  const alternatives = der(0x30, subjectAltName, der(0x04, der(0x30, ...names)));
  const extensions = der(
    0x30,
    der(0x30, basicConstraints, der(0x01, Buffer.from([0xff])), der(0x04, authority)),
    ...(names.length > 0 ? [alternatives] : []),
  );
  const now = Date.now();
  const end = now + (options.validDays ?? 365) * day;
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    issuer,
    der(0x30, time(Math.min(now, end) - day), time(end)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, extensions),
  );
  const signature = der(0x03, Buffer.from([0]), sign("sha256", body, options.issuer?.key ?? privateKey));
  return {
    cert: new X509Certificate(der(0x30, body, algorithm, signature)).toString(),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function nameOf(common: string): Buffer {
  return der(0x30, der(0x31, der(0x30, commonName, der(0x0c, Buffer.from(common)))));
}

/** One DER value: tag, length, content (X.690 §8.1). */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

/** UTCTime, good until 2049 (RFC 5280 §4.1.2.5.1). */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, "");
  return der(0x17, Buffer.from(digits.slice(2)));
}
