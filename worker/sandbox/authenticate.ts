import { authenticate } from "mailauth";
import type { Answer } from "./resolve.ts";

/** What a receiver concludes about who sent a message. */
export interface Authentication {
  spf: { result: string; domain: string };
  dkim: { result: string; domain: string; selector: string; comment: string }[];
  dmarc: { result: string; domain: string; policy: string };
  [key: string]: unknown;
}

/** Checks SPF, DKIM and DMARC of a message as a receiver would, against the sandbox's DNS. */
export async function authenticateMail(
  mail: { raw: Buffer; clientIp: string; helo: string; mailFrom: string; host: string },
  answer: (name: string, type: string) => Promise<Answer>,
): Promise<Authentication> {
  const results = await authenticate(mail.raw, {
    ip: mail.clientIp,
    helo: mail.helo,
    sender: mail.mailFrom,
    mta: mail.host,
    resolver: (name, type) => resolveFor(answer, name, type),
    disableArc: true,
    disableBimi: true,
  });
  const { spf, dkim, dmarc } = results;
  return {
    spf: { result: spf ? spf.status.result : "none", domain: spf ? (spf.domain ?? "") : "" },
    dkim: (dkim?.results ?? []).map((one) => ({
      result: one.status.result,
      domain: one.signingDomain ?? "",
      selector: one.selector ?? "",
      comment: one.status.comment ?? "",
    })),
    dmarc: {
      result: dmarc ? dmarc.status.result : "none",
      domain: dmarc ? (dmarc.domain ?? "") : "",
      policy: dmarc ? (dmarc.policy ?? "none") : "none",
    },
  };
}

/** Answers in the shape and with the error codes of node:dns. */
async function resolveFor(
  answer: (name: string, type: string) => Promise<Answer>,
  name: string,
  type: string,
): Promise<string[] | string[][]> {
  const result = await answer(name, type);
  const data = result.records.filter((record) => record.type === type);
  if (result.code === "SERVFAIL" || result.code === "drop") throw failure("ESERVFAIL", name);
  if (result.code === "NXDOMAIN") throw failure("ENOTFOUND", name);
  if (data.length === 0) throw failure("ENODATA", name);
  return data.map((record) => (record.type === "TXT" ? [record.data] : record.data)) as string[] | string[][];
}

function failure(code: string, name: string): Error {
  return Object.assign(new Error(`${code} ${name}`), { code });
}
