import { createSocket } from "node:dgram";
import { type Answer, decode, encode } from "dns-packet";
import { desc, eq } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { readStandings } from "#core/source/read-standing.ts";
import { auditEvents, installation } from "#db/schema/index.ts";
import { anotherDatabase } from "#db/testing/database.ts";
import { makeSource, systemCtx } from "#db/testing/factories.ts";
import { checkNetworkTask } from "./check-network.ts";

const { db } = await anotherDatabase();
const ctx = systemCtx(db);
const source = await makeSource(db, { ip: "192.0.2.77", heloName: "host-192-0-2-77.isp.example" });
const held = await makeSource(db, { ip: "192.0.2.78", heloName: "mail.a.example", state: "held" });
const near = await makeSource(db, { ip: "127.0.0.5" });

/** All that the world says: the address has a name, until it is taken away. */
let hasName = true;
const socket = createSocket("udp4");
socket.on("message", (bytes, peer) => {
  const query = decode(bytes);
  const { type, name } = query.questions![0]!;
  const answers: Answer[] = [];
  if (type === "PTR" && hasName) answers.push({ type, name, ttl: 60, data: source.heloName });
  if (type === "A" && name === source.heloName) answers.push({ type, name, ttl: 60, data: "192.0.2.77" });
  const flags = 0x0480 | (answers.length > 0 ? 0 : 3);
  socket.send(
    encode({ type: "response", id: query.id!, flags, questions: query.questions!, answers }),
    peer.port,
    peer.address,
  );
});
await new Promise<void>((ready) => socket.bind(0, "127.0.0.1", ready));
const before = process.env.DNS_SERVERS;
process.env.DNS_SERVERS = `127.0.0.1:${socket.address().port}`;
afterAll(() => {
  socket.close();
  if (before === undefined) delete process.env.DNS_SERVERS;
  else process.env.DNS_SERVERS = before;
});

test("asks the world about each address that sends, keeps what it said, and notes what turned", async () => {
  expect((await readStandings(ctx))(source)).toMatchObject({ checks: [], checkedAt: null });
  await checkNetworkTask(ctx, {});
  const standing = (await readStandings(ctx))(source);
  expect(standing?.checkedAt).not.toBeNull();
  expect(standing?.checks).toEqual([
    expect.objectContaining({
      id: `ptr:192.0.2.77:${source.heloName}`,
      state: "pass",
      sentence: expect.stringContaining("dialled-in"),
    }),
    expect.objectContaining({ id: "port:192.0.2.77", state: "unknown" }),
  ]);
  expect((await readStandings(ctx))(held)?.checks).toEqual([]);
  expect((await readStandings(ctx))(near)).toBeNull();

  hasName = false;
  await checkNetworkTask(ctx, {});
  expect((await readStandings(ctx))(source)?.checks[0]).toMatchObject({ state: "fail" });
  const [event] = await db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.action, "network.change"))
    .orderBy(desc(auditEvents.id));
  expect(event?.target).toContain("192.0.2.77 has no name in reverse DNS");
});

test("by the clock only where mail goes to the internet", async () => {
  await db.update(installation).set({ networkCheckedAt: null });
  await checkNetworkTask(ctx, { daily: true });
  expect((await db.select().from(installation))[0]?.networkCheckedAt).toBeNull();
  await db.update(installation).set({ network: "internet" });
  await checkNetworkTask(ctx, { daily: true });
  expect((await db.select().from(installation))[0]?.networkCheckedAt).not.toBeNull();
});
