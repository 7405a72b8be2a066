/** Signing messages that were not rendered here: reports and test mail built by other means. */
import { hash } from "node:crypto";
import type { HeaderField } from "../message/headers.ts";
import { canonicalBody } from "./canonical.ts";
import type { DkimSigner } from "./signer.ts";

/** The message with one DKIM-Signature per signer before it. Expects CRLF and an empty line after the headers. */
export function signMessage(message: Buffer, signers: readonly DkimSigner[], at: Date): Buffer {
  const end = message.indexOf("\r\n\r\n");
  if (end < 0) throw new Error("a message without an empty line after its headers");
  const fields = message
    .subarray(0, end)
    .toString("latin1")
    .split(/\r\n(?![ \t])/)
    .map((line): HeaderField => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).trimEnd(), line.slice(colon + 1).trim()];
    });
  const bodyHash = hash("sha256", canonicalBody(message.subarray(end + 4)), "base64");
  const signatures = signers.map((signer) => Buffer.from(signer.sign(fields, bodyHash, at), "latin1"));
  return Buffer.concat([...signatures, message]);
}
