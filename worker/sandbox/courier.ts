import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { Answer } from "./resolve.ts";

const triesMs = [1_000, 3_000, 10_000, 30_000];
const atOnce = 4;

export interface Courier {
  /** Queues a report for `to`; resolves to whether somebody took it, after a few tries. */
  deliver(report: { to: string; message: string; host: string; localAddress?: string }): Promise<boolean>;
  stop(): void;
}

/** Brings DSNs and complaints to the mail server of their recipient, found through the sandbox's own DNS. */
export function makeCourier(options: {
  answer: (name: string, type: string) => Promise<Answer>;
  /** Port of the receivers, and of the inbound listener unless it has another. */
  portOf: (address: string) => number;
}): Courier {
  const stopping = new AbortController();
  let running = 0;
  const waiting: (() => void)[] = [];

  async function route(domain: string): Promise<string | null> {
    const mx = await options.answer(domain, "MX");
    const hosts = mx.records
      .filter((record) => record.type === "MX")
      .map((record) => record.data)
      .sort((a, b) => a.preference - b.preference);
    if (mx.code !== "NOERROR" || hosts[0]?.exchange === ".") return null;
    const addresses = await options.answer(hosts[0]?.exchange ?? domain, "A");
    const first = addresses.records.find((record) => record.type === "A");
    return typeof first?.data === "string" ? first.data : null;
  }

  async function tryOnce(report: Parameters<Courier["deliver"]>[0]): Promise<"taken" | "refused" | "later"> {
    const address = await route(report.to.slice(report.to.lastIndexOf("@") + 1));
    if (!address) return "refused";
    return new Promise((resolve) => {
      const connection = new SMTPConnection({
        host: address,
        port: options.portOf(address),
        name: report.host,
        localAddress: report.localAddress,
        tls: { rejectUnauthorized: false },
        connectionTimeout: 5_000,
        greetingTimeout: 10_000,
        socketTimeout: 30_000,
      });
      const fail = (error: { responseCode?: number }) => {
        connection.close();
        resolve((error.responseCode ?? 0) >= 500 ? "refused" : "later");
      };
      connection.on("error", fail);
      connection.connect(() => {
        connection.send({ from: "", to: [report.to] }, report.message, (error) => {
          if (error) return fail(error as { responseCode?: number });
          connection.quit();
          resolve("taken");
        });
      });
    });
  }

  return {
    async deliver(report) {
      if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
      if (stopping.signal.aborted) return false;
      running += 1;
      try {
        for (const pause of [0, ...triesMs]) {
          if (!(await sleep(pause, stopping.signal))) return false;
          const result = await tryOnce(report);
          if (result !== "later") return result === "taken";
        }
        return false;
      } finally {
        running -= 1;
        waiting.shift()?.();
      }
    },
    stop() {
      stopping.abort();
      for (const go of waiting.splice(0)) go();
    },
  };
}

/** Waits; false when stopped meanwhile. */
function sleep(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const stop = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve(true);
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
