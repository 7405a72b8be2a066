import { isIP } from "node:net";
import { z } from "zod";
import { asciiDomain } from "../mail/address.ts";
import { RELAY_TLS } from "./types.ts";

const name = z.string().trim().min(1, "Give it a name.").max(60);
const host = z
  .string()
  .trim()
  .toLowerCase()
  .refine((value) => asciiDomain(value) === value, "This is not a host name, such as mail.example.com.");
/** Empty fields of a form mean "no limit". */
const limit = z.preprocess(
  (value) => (value === "" || value === null || value === undefined ? null : Number(value)),
  z.number().int().min(1, "At least 1, or empty for no limit.").max(100_000).nullable(),
);

export const IpSourceInput = z.object({
  kind: z.literal("ip"),
  name,
  ip: z
    .string()
    .trim()
    .refine((value) => isIP(value) !== 0, "This is not an IP address."),
  heloName: host,
  maxConnections: limit,
  messagesPerMinute: limit,
});

export const RelaySourceInput = z.object({
  kind: z.literal("relay"),
  name,
  host,
  port: z.coerce.number().int().min(1).max(65_535),
  tls: z.enum(RELAY_TLS),
  username: z.string().trim().max(200).default(""),
  /** Empty while changing: the one that is stored stays. */
  password: z.string().max(500).default(""),
  heloName: host,
  maxConnections: limit,
  messagesPerMinute: limit,
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
