import { isIP } from "node:net";
import { SMTPServer } from "smtp-server";
import { linkKeys } from "#core/mail/link-keys.ts";
import { readReturnPath, readUnsubscribeLocal } from "#core/mail/links.ts";
import type { Ctx } from "#core/platform/context.ts";
import { keepReport } from "#core/report/keep.ts";

/** A report quotes the mail it is about; more than this is no report. */
const MAX_BYTES = 10 * 1024 * 1024;
const MAX_CLIENTS = 200;
const MAX_RECIPIENTS = 20;

export type Inbound = { host: string; port: number; stop(): Promise<void> };

type Logger = { info(facts: object, message: string): void; warn(facts: object, message: string): void };

/**
 * Listens for what comes back by mail: bounces and complaints to our signed return paths, mails to unsubscribe addresses.
 * Any other recipient is refused at RCPT, so that this is no relay and no mailbox. 250 is said only when the message is
 * in the database; if that fails the sender is told to come again.
 */
export async function startInbound(
  ctx: Ctx,
  options: { host: string; port: number; name: string; log: Logger },
): Promise<Inbound> {
  const keys = linkKeys(ctx.settings.secret);
  const server = new SMTPServer({
    name: options.name,
    banner: "Lettermill takes bounces, complaints and unsubscribe mails",
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    size: MAX_BYTES,
    maxClients: MAX_CLIENTS,
    socketTimeout: 60_000,
    closeTimeout: 10_000,
    logger: false,
    onRcptTo(address, session, callback) {
      const local = address.address.slice(0, address.address.lastIndexOf("@"));
      if (!readReturnPath(keys, local) && !readUnsubscribeLocal(keys, local)) {
        return callback(refusal(550, "5.1.1 Only bounces, complaints and unsubscribe mails are taken here."));
      }
      if (session.envelope.rcptTo.length >= MAX_RECIPIENTS)
        return callback(refusal(452, "4.5.3 Too many recipients."));
      callback();
    },
    onData(stream, session, callback) {
      const pieces: Buffer[] = [];
      let bytes = 0;
      stream.on("data", (piece: Buffer) => {
        bytes += piece.length;
        if (bytes <= MAX_BYTES) pieces.push(piece);
      });
      stream.on("error", (error: Error) => callback(error));
      stream.on("end", async () => {
        if (stream.sizeExceeded) return callback(refusal(552, "5.3.4 The message is larger than 10 MB."));
        const remoteIp = isIP(session.remoteAddress) ? session.remoteAddress : null;
        try {
          const raw = Buffer.concat(pieces);
          for (const { address } of session.envelope.rcptTo)
            await keepReport(ctx, { rcptTo: address, remoteIp, raw });
          callback(null, "2.0.0 Taken.");
        } catch (error) {
          options.log.warn({ err: error }, "a report could not be kept");
          callback(refusal(451, "4.3.0 It could not be stored; come again."));
        }
      });
    },
  });
  server.on("error", (error: Error) => options.log.warn({ err: error }, "an inbound connection failed"));
  await new Promise<void>((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(options.port, options.host, () => {
      server.server.off("error", reject);
      resolve();
    });
  });
  const bound = server.server.address();
  const port = typeof bound === "object" && bound ? bound.port : options.port;
  return {
    host: options.host,
    port,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
