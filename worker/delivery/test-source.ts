import type { Limits } from "#core/mail/provider/types.ts";
import type { Sql } from "#db/client.ts";
import { type DialContext, dialSite } from "./dial.ts";
import type { OnLine } from "./smtp-types.ts";
import { readSource } from "./source.ts";
import type { Targets } from "./targets.ts";

export type SourceTest = {
  sourceId: number;
  from: string;
  /** `local@domain`, checked by the caller. */
  to: string;
  onLine: OnLine;
};
/** `certificate`: the one that was shown and not believed, in PEM. */
export type SourceTestResult = { ok: boolean; result: string; certificate?: string };

/** Dials the recipient's servers (or the relay) from a source and hands over a small mail. */
export async function testSource(
  house: {
    sql: Sql;
    secret: string;
    targets: Targets;
    context: DialContext;
    /** What the lanes of a bucket keep to now. */
    limits: (bucket: number) => Promise<Limits>;
  },
  test: SourceTest,
): Promise<SourceTestResult> {
  const source = await readSource(house.sql, house.secret, test.sourceId);
  if (!source) return { ok: false, result: "The source is gone." };
  const domain = test.to.slice(test.to.lastIndexOf("@") + 1);
  await house.targets.resolve([domain]);
  const answer = house.targets.known(domain);
  if (!source.relay && answer?.kind !== "site") {
    return { ok: false, result: answer ? answer.text : `${domain} could not be looked up.` };
  }
  const target = answer?.kind === "site" ? answer.target : { mx: [], demand: null, providerId: null };
  const { tls } = await house.limits(target.providerId ?? 1000);
  const dialled = await dialSite(house.context, source, target, tls);
  if (!dialled.ok) {
    const { stage, code, text, certificate } = dialled.failure;
    const said = code > 0 ? `${code} ${text}` : text;
    return {
      ok: false,
      result: `No connection (${stage}): ${said}`,
      ...(certificate ? { certificate } : {}),
    };
  }
  const sent = await dialled.connection.send({ from: test.from, to: test.to, bytes: testMessage(test) });
  dialled.connection.quit();
  if (sent.kind === "lost") return { ok: false, result: `The connection was lost: ${sent.text}` };
  const isAccepted = sent.stage === "dot" && sent.code >= 200 && sent.code < 300;
  const what = sent.code >= 500 ? "refused for good" : "refused for now";
  return isAccepted
    ? { ok: true, result: `Accepted: ${sent.text}` }
    : { ok: false, result: `It was ${what} (${sent.stage}): ${sent.code} ${sent.text}` };
}

function testMessage({ from, to }: SourceTest): Buffer {
  const id = `test.${Date.now()}.${process.pid}@${from.slice(from.lastIndexOf("@") + 1)}`;
  return Buffer.from(
    [
      `From: <${from}>`,
      `To: <${to}>`,
      "Subject: Test of a source",
      `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`,
      `Message-ID: <${id}>`,
      "Auto-Submitted: auto-generated",
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=us-ascii",
      "",
      "An administrator tests where mail leaves.",
      "",
    ].join("\r\n"),
  );
}
