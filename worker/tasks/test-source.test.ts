import { afterAll, beforeAll, expect, test } from "vitest";
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

/** Asks for a test as an administrator does, and has it held as the worker does. */
async function hold(recipient: string) {
  const admin = adminCtx(w.db, (await makeUser(w.db)).id);
  const [source] = await w.sql`select id from sources`;
  const asked = await requestSourceTest(admin, { sourceId: Number(source?.id), recipient });
  if (!asked.ok) throw new Error(asked.reason);
  const run = () => testSourceTask(running.engine, systemCtx(w.db), { testId: asked.testId });
  await run();
  const read = async () =>
    (await listSourceTests(admin, Number(source?.id))).find((one) => one.id === asked.testId);
  return { run, read };
}

test("an accepted test shows every line, and running its job again sends nothing", async () => {
  const { run, read } = await hold("ines@gmail.com");
  const row = await read();
  expect(row).toMatchObject({ ok: true, result: expect.stringMatching(/^Accepted: /) });
  const lines = row?.transcript.trim().split("\n") ?? [];
  expect(lines[0]).toMatch(/^< 220/);
  expect(lines).toContainEqual(expect.stringMatching(/^> RCPT TO:<ines@gmail\.com>/));
  expect(lines.every((line) => /^[<>] /.test(line))).toBe(true);
  const before = w.log().length;
  await run();
  expect(w.log().length).toBe(before);
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
