import type { Log } from "#core/platform/log.ts";
import { LIVE_CHANNEL } from "#core/platform/notify.ts";
import type { Sql } from "#db/client.ts";
import { type Authentication, authenticateMail } from "./authenticate.ts";
import type { Answer } from "./resolve.ts";
import type { LaterAction, MailRecord, TakenMail } from "./types.ts";

const mostBytesWaiting = 64 * 1024 * 1024;
const batch = 50;
const batchBytes = 4 * 1024 * 1024;

export interface MailStore {
  /** Takes a mail for keeping; never waits, and forgets the oldest unwritten ones in a flood. */
  add(mail: TakenMail): void;
  /** Notes that a report about this mail has gone out. */
  noteLater(action: LaterAction, mail: MailRecord): void;
  /** Resolves when all mails so far have been written and checked. */
  drained(): Promise<void>;
  /** Writes what is waiting, as far as the database lets it, and ends. */
  stop(): Promise<void>;
}

/**
 * Keeps the newest mails in PostgreSQL, behind the receivers' back: batched inserts, and authentication of a few
 * mails a second, so that a flood costs the machine little. Listeners hear of new ones on the live channel.
 */
export function makeMailStore(options: {
  sql: Sql;
  log: Log;
  answer: (name: string, type: string) => Promise<Answer>;
  /** How many mails stay. */
  keep?: number;
  pauseMs?: number;
  checksPerSecond?: number;
}): MailStore {
  const { sql, log, answer } = options;
  const keep = options.keep ?? 5_000;
  const pauseMs = options.pauseMs ?? 250;
  const checksPerRound = Math.max(1, Math.round(((options.checksPerSecond ?? 25) * pauseMs) / 1_000));
  let waiting: TakenMail[] = [];
  let bytes = 0;
  let marks: { column: "dsn_sent_at" | "complained_at"; address: string; messageId: string }[] = [];
  let toCheck: { id: number; helo: string }[] = [];
  let written = 0;
  let lost = 0;
  let busy = false;
  let stopped = false;
  const idle: (() => void)[] = [];

  function next(): TakenMail[] {
    let size = 0;
    let count = 0;
    for (const mail of waiting) {
      size += mail.raw?.length ?? 0;
      if (count > 0 && (count === batch || size > batchBytes)) break;
      count += 1;
    }
    return waiting.slice(0, count);
  }

  async function write(): Promise<void> {
    const mails = next();
    if (mails.length === 0) return;
    const rows = await sql<{ id: number }[]>`insert into sandbox_mails ${sql(mails.map(toRow))} returning id`;
    waiting = waiting.slice(mails.length);
    bytes -= mails.reduce((sum, mail) => sum + (mail.raw?.length ?? 0), 0);
    written += mails.length;
    toCheck.push(...rows.map((row, i) => ({ id: row.id, helo: mails[i]?.helo ?? "" })));
    if (toCheck.length > keep) toCheck = toCheck.slice(-keep);
    await sql`select pg_notify(${LIVE_CHANNEL}, 'sandbox')`;
    if (written >= keep / 20) {
      written = 0;
      await sql`delete from sandbox_mails where id <=
        (select id from sandbox_mails order by id desc offset ${keep} limit 1)`;
    }
  }

  async function mark(): Promise<void> {
    const now = marks;
    marks = [];
    for (const { column, address, messageId } of now) {
      await sql`update sandbox_mails set ${sql(column)} = now()
        where rcpt_to = ${address} and message_id = ${messageId} and ${sql(column)} is null`;
    }
    if (now.length > 0) await sql`select pg_notify(${LIVE_CHANNEL}, 'sandbox')`;
  }

  async function check(): Promise<void> {
    for (const { id, helo } of toCheck.splice(0, checksPerRound)) {
      const [mail] = await sql<{ raw: Buffer; client_ip: string; mail_from: string; provider: string }[]>`
        select raw, client_ip, mail_from, provider from sandbox_mails where id = ${id}`;
      if (!mail) continue;
      const result = await authenticateMail(
        {
          raw: mail.raw,
          clientIp: mail.client_ip,
          helo,
          mailFrom: mail.mail_from,
          host: `${mail.provider}.sandbox.example`,
        },
        answer,
      ).catch((error: Error): Authentication | { error: string } => ({ error: error.message }));
      await sql`update sandbox_mails set authentication = ${sql.json(result as never)} where id = ${id}`;
    }
  }

  async function round(): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      await write();
      if (waiting.length === 0) {
        await mark();
        await check();
      }
      if (lost > 0) log.warn({ lost }, "more mail came than could be kept; the oldest was left out");
      lost = 0;
      if (waiting.length === 0 && marks.length === 0 && toCheck.length === 0) {
        for (const go of idle.splice(0)) go();
      }
    } catch (error) {
      log.warn({ err: error }, "received mail could not be written; trying again");
    } finally {
      busy = false;
    }
  }

  let timer: NodeJS.Timeout | null = null;
  // A backlog is written without a pause; otherwise a round now and then is enough.
  const loop = async () => {
    const before = waiting.length;
    await round();
    const goesOn = waiting.length > 0 && waiting.length < before;
    if (!stopped) timer = setTimeout(loop, goesOn ? 10 : pauseMs);
  };
  timer = setTimeout(loop, pauseMs);

  return {
    add(mail) {
      waiting.push(mail);
      bytes += mail.raw?.length ?? 0;
      if (waiting.length <= keep && bytes <= mostBytesWaiting) return;
      // Leave out a tenth at once, but never the head that may be on its way into the database.
      const gone = waiting.splice(batch, Math.max(1, Math.floor(waiting.length / 10)));
      lost += gone.length;
      bytes -= gone.reduce((sum, each) => sum + (each.raw?.length ?? 0), 0);
    },
    noteLater(action, { address, messageId }) {
      const column = action === "dsn" ? "dsn_sent_at" : action === "complain" ? "complained_at" : null;
      if (column && marks.length < keep) marks.push({ column, address, messageId });
    },
    drained() {
      return new Promise((resolve) => idle.push(resolve));
    },
    async stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
      while (busy) await new Promise((resolve) => setTimeout(resolve, 10));
      toCheck = [];
      for (let left = Number.POSITIVE_INFINITY; waiting.length > 0 && waiting.length < left; ) {
        left = waiting.length;
        await round();
      }
      for (const go of idle.splice(0)) go();
    },
  };
}

function toRow(mail: TakenMail) {
  return {
    at: new Date(mail.at),
    provider: mail.provider,
    client_ip: mail.clientIp,
    mail_from: plain(mail.mailFrom),
    rcpt_to: plain(mail.address),
    message_id: plain(mail.messageId),
    subject: plain(decodeWords(mail.subject)),
    size: mail.bytes,
    raw: mail.raw ?? Buffer.alloc(0),
    transcript: plain(mail.transcript),
    encryption: mail.encryption,
    outcome: mail.outcome === "dropped-after-dot" ? "dropped-after" : "accepted",
  };
}

/** PostgreSQL's text holds no NUL. */
function plain(text: string): string {
  return text.replaceAll("\u0000", "\uFFFD");
}

/** A header text for people: encoded words decoded (RFC 2047 §2), raw UTF-8 read as such (RFC 6532). */
export function decodeWords(text: string): string {
  const joined = text.replace(/(\?=)[ \t]+(=\?)/g, "$1$2");
  const bytes = joined.replace(
    /=\?([^?*]+)(?:\*[^?]*)?\?([BQbq])\?([^?]*)\?=/g,
    (word, charset: string, encoding: string, coded: string) => {
      const octets =
        encoding.toUpperCase() === "B"
          ? Buffer.from(coded, "base64")
          : Buffer.from(
              coded
                .replaceAll("_", " ")
                .replace(/=([0-9A-F]{2})/gi, (_, hex: string) =>
                  String.fromCharCode(Number.parseInt(hex, 16)),
                ),
              "latin1",
            );
      try {
        return Buffer.from(new TextDecoder(charset).decode(octets), "utf8").toString("latin1");
      } catch {
        return word;
      }
    },
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}
