import { createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { makeProbe } from "./probe.ts";

const ends: (() => Promise<unknown>)[] = [];
afterEach(() => Promise.all(ends.splice(0).map((end) => end())));

async function serve(on: (socket: Socket) => void): Promise<number> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {});
    on(socket);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  ends.push(() => {
    for (const socket of open) socket.destroy();
    return new Promise((done) => server.close(done));
  });
  return (server.address() as { port: number }).port;
}

test("any greeting is an answer, and nothing is said but goodbye", async () => {
  for (const greeting of ["220 mx.example ESMTP\r\n", "554 not you\r\n"]) {
    let heard = "";
    let gone = () => {};
    const over = new Promise<void>((done) => {
      gone = done;
    });
    const port = await serve((socket) => {
      socket.write(greeting);
      socket.on("data", (bytes) => {
        heard += bytes;
      });
      socket.on("end", () => {
        socket.end();
        gone();
      });
    });
    expect(await makeProbe(port)("127.0.0.1", "127.0.0.1")).toBe("answered");
    await over;
    expect(heard).toBe("QUIT\r\n");
  }
});

test("who says nothing, something else, or is not there is silent", async () => {
  const mute = await serve(() => {});
  expect(await makeProbe(mute, 50)("127.0.0.1", "127.0.0.1")).toBe("silent");
  const web = await serve((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  expect(await makeProbe(web)("127.0.0.1", "127.0.0.1")).toBe("silent");
  const closed = await serve((socket) => socket.destroy());
  expect(await makeProbe(closed)("127.0.0.1", "127.0.0.1")).toBe("silent");
});

test("an address of another machine cannot be tried from here", async () => {
  const port = await serve((socket) => socket.write("220 here\r\n"));
  expect(await makeProbe(port)("192.0.2.4", "127.0.0.1")).toBe("not-here");
});
