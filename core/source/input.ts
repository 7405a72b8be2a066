import { isIP } from "node:net";
import { z } from "zod";
import { asciiDomain } from "../mail/address.ts";
import { certificatesIn, readCertificate } from "./certificates.ts";
import { RELAY_TLS } from "./types.ts";

const name = z.string().trim().min(1, "Give it a name.").max(60);
const host = z
  .string()
  .trim()
  .toLowerCase()
  .refine((value) => asciiDomain(value) === value, "This is not a host name, such as mail.example.com.");
/** Empty fields of a form mean "no limit". */
const limit = (most: number) =>
  z.preprocess(
    (value) => (value === "" || value === null || value === undefined ? null : Number(value)),
    z.number().int().min(1, "At least 1, or empty for no limit.").max(most).nullable(),
  );

export const IpSourceInput = z.object({
  kind: z.literal("ip"),
  name,
  ip: z
    .string()
    .trim()
    .refine((value) => isIP(value) !== 0, "This is not an IP address."),
  heloName: host,
});

/** A relay may stand on this machine or in the local network, where nobody has a name. */
const relayHost = z
  .string()
  .trim()
  .toLowerCase()
  .transform((value) => value.replace(/^\[(.*)\]$/, "$1"))
  .refine(
    (value) => value === "localhost" || isIP(value) !== 0 || asciiDomain(value) === value,
    "This is not a host name, such as smtp.example.com, and no IP address.",
  );

const CERTIFICATE_MAX = 50_000;
/** PEM blocks, tidied; empty means that public authorities are believed. */
const certificate = z
  .string()
  .max(CERTIFICATE_MAX, "This is more than a chain of certificates.")
  .default("")
  .transform((value, ctx) => {
    const blocks = certificatesIn(value);
    const isReadable = blocks.length > 0 && blocks.every((pem) => readCertificate(pem) !== null);
    if (value.trim() === "") return "";
    if (isReadable && !/PRIVATE KEY/.test(value)) return `${blocks.join("\n")}\n`;
    ctx.addIssue(
      /PRIVATE KEY/.test(value)
        ? "This contains a private key. Paste the certificate alone."
        : "This is no certificate: it begins with -----BEGIN CERTIFICATE-----.",
    );
    return z.NEVER;
  });

export const RelaySourceInput = z.object({
  kind: z.literal("relay"),
  name,
  host: relayHost,
  port: z.coerce.number().int().min(1).max(65_535),
  tls: z.enum(RELAY_TLS),
  username: z.string().trim().max(200).default(""),
  /** Empty while changing: the one that is stored stays. */
  password: z.string().max(500).default(""),
  heloName: host,
  certificate,
  /** The password goes through the network in clear text, and somebody ticked that they know. */
  clearPassword: z.preprocess((value) => value === true || value === "on", z.boolean()),
  maxConnections: limit(100_000),
  messagesPerMinute: limit(100_000),
  messagesPerHour: limit(100_000_000),
  messagesPerDay: limit(100_000_000),
});

export const SourceInput = z.discriminatedUnion("kind", [IpSourceInput, RelaySourceInput]);
export type SourceInput = z.infer<typeof SourceInput>;

export const CreateSourceInput = z.object({
  source: SourceInput,
  poolId: z.coerce.number().int().optional(),
});
export type CreateSourceInput = z.infer<typeof CreateSourceInput>;

export const UpdateSourceInput = z.object({ sourceId: z.coerce.number().int(), source: SourceInput });
export type UpdateSourceInput = z.infer<typeof UpdateSourceInput>;

export const SourceIdInput = z.object({ sourceId: z.coerce.number().int() });
export type SourceIdInput = z.infer<typeof SourceIdInput>;
