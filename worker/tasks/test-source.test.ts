import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { listSourceTests, requestSourceTest } from "#core/source/test.ts";
import { adminCtx, makeUser, systemCtx } from "#db/testing/factories.ts";
import { type DeliveryWorld, deliveryWorld, type RunningEngine } from "../delivery/testing/delivery-world.ts";
import { testSourceTask } from "./test-source.ts";

let w: DeliveryWorld;
let running: RunningEngine;

beforeAll(async () => {
  w = await deliveryWorld({ block: "127.73" });
  running = await w.engine();
});
afterAll(() => w.stop());

/** Asks for a test as an administrator does, and waits until the worker has held it. */
async function hold(recipient: string) {
  const admin = adminCtx(w.db, (await makeUser(w.db)).id);
  const [source] = await w.sql`select id from sources`;
  const asked = await requestSourceTest(admin, { sourceId: Number(source?.id), recipient });
  if (!asked.ok) throw new Error(asked.reason);
  const run = () => testSourceTask(running.engine, systemCtx(w.db), { testId: asked.testId });
  const read = async () =>
    (await listSourceTests(admin, Number(source?.id))).find((one) => one.id === asked.testId);
  // The runner of this world takes the job.
  await vi.waitFor(async () => expect((await read())?.finishedAt).toBeInstanceOf(Date), 20_000);
  return { run, read };
}

test("an accepted test shows every line, and running its job again sends nothing", async () => {
  const { run, read } = await hold("ines@gmail.com");
  const row = await read();
  expect(row).toMatchObject({ ok: true, result: expect.stringMatching(/^Accepted: /) });
  const lines = row?.transcript.trim().split("\n") ?? [];
  expect(lines[0]).toMatch(/^< 220/);
  expect(lines).toContainEqual(expect.stringMatching(/^> RCPT TO:<ines@gmail\.com>/));
  expect(lines).toContainEqual(expect.stringMatching(/^\* TLSv1\.3; certificate for /));
  expect(lines.every((line) => /^[<>*] /.test(line))).toBe(true);
  // The receiver writes its log after its reply: what came later is only sure once a later mail stands in it.
  const mailsTo = (address: string) => w.log().filter((mail) => mail.address === address).length;
  await run();
  await hold("after@gmail.com");
  await vi.waitFor(() => expect(mailsTo("after@gmail.com")).toBeGreaterThan(0), 10_000);
  expect(mailsTo("ines@gmail.com")).toBe(1);
  expect((await read())?.transcript).toBe(row?.transcript);
});

test("a refusal and a domain that takes no mail are told in words", async () => {
  const refused = await (await hold("gone+unknown@gmail.com")).read();
  expect(refused).toMatchObject({
    ok: false,
    result: expect.stringMatching(/^It was refused for good .*550/),
  });
  const nowhere = await (await hold("nobody@nxdomain.example")).read();
  expect(nowhere).toMatchObject({ ok: false, transcript: "" });
  expect(nowhere?.result).toBeTruthy();
  expect(nowhere?.finishedAt).toBeInstanceOf(Date);
});
