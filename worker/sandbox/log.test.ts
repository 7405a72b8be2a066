import { expect, test } from "vitest";
import { MailLog, measureRepeats } from "./log.ts";
import type { MailRecord } from "./types.ts";

function record(values: Partial<MailRecord>): Omit<MailRecord, "id"> {
  return {
    startedAt: 0,
    at: 0,
    connection: 1,
    clientIp: "127.0.0.1",
    helo: "x",
    tls: false,
    encryption: null,
    provider: "small",
    site: "a",
    domain: "a.example",
    address: "ann@a.example",
    mailFrom: "",
    messageId: "<1>",
    subject: "",
    bytes: 10,
    outcome: "accepted",
    reply: "250",
    ...values,
  };
}

test("forgets records but no totals", () => {
  const log = new MailLog(100);
  const { records } = log;
  for (let i = 0; i < 1_000; i += 1)
    log.add(record({ messageId: `<${i}>`, outcome: i % 2 ? "accepted" : "full" }));
  expect(records.length).toBeLessThanOrEqual(110);
  expect(records.at(-1)).toMatchObject({ messageId: "<999>", id: 1_000 });
  expect(log.outcomes).toEqual({ small: { accepted: 500, full: 500 } });
  expect(log.bytes).toBe(10_000);
});

test("copies are those that were taken, told of or not", () => {
  const log = new MailLog(Number.POSITIVE_INFINITY);
  log.add(record({ outcome: "dropped-after-dot" }));
  log.add(record({ outcome: "dropped-before-dot" }));
  log.add(record({}));
  log.add(record({ messageId: "<2>" }));
  log.add(record({ address: "bob@a.example" }));
  expect(log.copies()).toEqual([{ address: "ann@a.example", messageId: "<1>", copies: 2 }]);
});

test("repeats are counted in the order of starting, lane by lane, while others wait", () => {
  const log = new MailLog(Number.POSITIVE_INFINITY);
  log.add(record({ startedAt: 3, domain: "b.example" }));
  log.add(record({ startedAt: 1, domain: "a.example" }));
  log.add(record({ startedAt: 2, domain: "b.example" }));
  log.add(record({ startedAt: 4, domain: "b.example", clientIp: "127.0.0.2" }));
  // Nobody else is left: b after b is no repeat.
  expect(measureRepeats(log.records)).toEqual({ starts: 4, repeats: 0 });
  log.add(record({ startedAt: 5, domain: "c.example" }));
  expect(measureRepeats(log.records)).toEqual({ starts: 5, repeats: 1 });
  expect(measureRepeats(log.records, () => "one")).toEqual({ starts: 5, repeats: 2 });
});
