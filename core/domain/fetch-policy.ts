import { type RequestOptions, request } from "node:https";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import { parseStsPolicy, type StsPolicy } from "../mail/sts/policy.ts";
import { type EffectiveNetwork, refusesWebHost } from "../platform/network.ts";
import { certificatesIn } from "../source/certificates.ts";
import type { Dns } from "./dns.ts";

/** A policy as its host gave it, or in words why there is none. */
export type PolicyAnswer = { ok: true; policy: StsPolicy } | { ok: false; problem: string };

const MOST_BYTES = 64 * 1024;
const TIMEOUT_MS = 15_000;

type Fetching = {
  dns: Pick<Dns, "addresses">;
  network: Pick<EffectiveNetwork, "network" | "policyPort" | "certificates">;
  timeoutMs?: number;
};

/**
 * Gets a domain's MTA-STS policy over HTTPS (RFC 8461 §3.3): the certificate has to be good for the host, redirects
 * are not followed, nothing is cached on the way. The host is looked up by our own DNS and never on our own network.
 */
export async function fetchPolicy(
  domain: string,
  { dns, network, timeoutMs }: Fetching,
): Promise<PolicyAnswer> {
  const host = `mta-sts.${domain}`;
  const fail = (problem: string): PolicyAnswer => ({ ok: false, problem });
  const found = await dns.addresses(host);
  if (found.kind === "failed") return fail(`${host}: ${found.error}`);
  const address = found.kind === "found" ? found.records[0] : undefined;
  if (address === undefined) return fail(`${host} has no address.`);
  const forbidden = refusesWebHost(network, address);
  if (forbidden) return fail(`${host}: ${forbidden}`);
  const got = await get(host, address, network, timeoutMs ?? TIMEOUT_MS);
  return got.ok ? parseStsPolicy(got.text) : got;
}

type Got = { ok: true; text: string } | { ok: false; problem: string };

function get(host: string, address: string, network: Fetching["network"], timeoutMs: number): Promise<Got> {
  return new Promise((resolve) => {
    const end = (got: Got) => {
      clearTimeout(timer);
      resolve(got);
      asking.destroy();
    };
    const fail = (problem: string) => end({ ok: false, problem });
    // Node's types leave out what tls.connect takes besides.
    const options: RequestOptions & { secureContext: SecureContext } = {
      host: address,
      servername: host,
      port: network.policyPort,
      path: "/.well-known/mta-sts.txt",
      headers: { host, "user-agent": "Lettermill (MTA-STS)", accept: "text/plain" },
      secureContext: contextOf(network.certificates),
      agent: false,
    };
    const asking = request(options);
    const timer = setTimeout(() => fail(`${host} took longer than ${timeoutMs / 1_000} s.`), timeoutMs);
    asking.on("error", (error: NodeJS.ErrnoException) =>
      fail(`${host} could not be read: ${error.message.split("\n")[0]}.`),
    );
    asking.on("response", (response) => {
      const { statusCode = 0, headers } = response;
      if (statusCode !== 200) return fail(`${host} answered ${statusCode}; only 200 counts.`);
      // A web page that greets everybody is no policy.
      if (!/^text\/plain\s*(?:;|$)/i.test(headers["content-type"] ?? ""))
        return fail(`${host} answered with something that is not plain text.`);
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > MOST_BYTES) fail(`The policy of ${host} is larger than 64 KB.`);
        else chunks.push(chunk);
      });
      response.on("end", () => {
        if (response.complete) end({ ok: true, text: Buffer.concat(chunks).toString("utf8") });
        else fail(`${host} hung up before the end.`);
      });
      response.on("error", (error) => fail(`${host} could not be read: ${error.message}.`));
    });
    asking.end();
  });
}

/** Parsing all authorities takes ms, and a network has one set of them. */
let kept: { pem: string; context: SecureContext } | undefined;

function contextOf(pem: string): SecureContext {
  if (kept?.pem !== pem) {
    const ca = [...getCACertificates("default"), ...certificatesIn(pem)];
    kept = { pem, context: createSecureContext({ ca }) };
  }
  return kept.context;
}
