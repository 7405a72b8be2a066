/** The receivers of the fault runs, in a process of their own: they outlive every worker, and know what really came. */

import { type SandboxOptions, startSandbox } from "#worker/sandbox/start.ts";
import type { PublishedRecord, TakenMail } from "#worker/sandbox/types.ts";

const options = JSON.parse(process.argv[2] ?? "{}") as Pick<
  SandboxOptions,
  "block" | "world" | "behaviours"
> & {
  published: Record<string, string>;
};
/** Bodies kept, evenly over the first mails, for a look at headers and signatures. */
const SAMPLE_EVERY = 20;
const SAMPLE_MAX = 50;

const sample: string[] = [];
let taken = 0;
const sandbox = await startSandbox({
  block: options.block,
  smtpPort: 0,
  dnsPort: 0,
  keepBodies: true,
  keepLog: Number.POSITIVE_INFINITY,
  ...(options.world ? { world: options.world } : {}),
  ...(options.behaviours ? { behaviours: options.behaviours } : {}),
  records: async (name, type): Promise<PublishedRecord[] | null> => {
    const found = options.published[name];
    return found === undefined ? null : type === "TXT" ? [{ type: "TXT", data: found }] : [];
  },
  onMail: keep,
});

function keep(mail: TakenMail): void {
  taken += 1;
  if (mail.raw && mail.id % SAMPLE_EVERY === 0 && sample.length < SAMPLE_MAX)
    sample.push(mail.raw.toString("base64"));
}

const answers: Record<string, () => unknown> = {
  taken: () => taken,
  stats: () => {
    const { connections, violationCounts, violations } = sandbox.stats();
    return { open: connections.open, violationCounts, violations };
  },
  log: () => sandbox.log,
  sample: () => sample,
};

process.on("message", ({ n, ask }: { n: number; ask: string }) => {
  process.send?.({ n, answer: answers[ask]?.() });
});
process.on("disconnect", () => void sandbox.stop().then(() => process.exit(0)));
process.send?.({
  n: 0,
  answer: { dns: sandbox.dns, smtpPort: sandbox.smtpPort, certificate: sandbox.certificate },
});
