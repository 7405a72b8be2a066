import { fork } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { startSandbox } from "#worker/sandbox/start.ts";

// How fast the sandbox takes mail, and what a message costs it: the delivery bench shares its cores with it.
const connections = 8;
const messages = Number(process.env.BENCH_MESSAGES ?? 30_000);
const bodyBytes = 20_000;

/** One connection that sends `count` messages, envelope pipelined, waiting for each answer. */
async function sendOver(socket: Socket, count: number, message: string): Promise<void> {
  let pending = "";
  let wanted = 1;
  let done: () => void = () => {};
  socket.on("data", (chunk: Buffer) => {
    pending += chunk.toString("latin1");
    const lines = pending.split("\r\n");
    pending = lines.pop() ?? "";
    wanted -= lines.filter((line) => /^\d{3} /.test(line)).length;
    if (wanted === 0) done();
  });
  const replies = (n: number) =>
    new Promise<void>((resolve) => {
      wanted += n;
      done = resolve;
      if (wanted === 0) resolve();
    });
  await replies(0);
  socket.write("EHLO bench.example\r\n");
  await replies(1);
  for (let i = 0; i < count; i += 1) {
    socket.write(`MAIL FROM:<b+${i}@bounces.brand.example>\r\nRCPT TO:<person${i}@mail.com>\r\nDATA\r\n`);
    await replies(3);
    socket.write(message);
    await replies(1);
  }
  socket.end("QUIT\r\n");
  await once(socket, "close");
}

async function send(host: string, port: number): Promise<void> {
  const line = `${"x".repeat(74)}\r\n`;
  const head =
    "From: News <news@brand.example>\r\nSubject: Spring\r\nMessage-ID: <one@brand.example>\r\n\r\n";
  const message = `${head}${line.repeat(Math.ceil(bodyBytes / line.length))}.\r\n`;
  await Promise.all(
    Array.from({ length: connections }, () => sendOver(connect(port, host), messages / connections, message)),
  );
}

const [, , host, port] = process.argv;
if (host && port) {
  await send(host, Number(port));
} else {
  const sandbox = await startSandbox({
    block: "127.94",
    smtpPort: 0,
    dnsPort: 0,
    world: "quiet",
    keepBodies: process.env.BENCH_KEEP_BODIES === "1",
    behaviours: { limitMode: "off" },
  });
  const started = performance.now();
  const before = process.cpuUsage();
  const child = fork(import.meta.filename, [
    sandbox.world.addressOf("mx00.mail.com"),
    String(sandbox.smtpPort),
  ]);
  await once(child, "exit");
  const seconds = (performance.now() - started) / 1_000;
  const cpu = process.cpuUsage(before);
  const { accepted } = sandbox.stats();
  await sandbox.stop();
  const result = {
    messagesPerSecond: Math.round(accepted / seconds),
    cpuMicrosPerMessage: Math.round((cpu.user + cpu.system) / accepted),
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1_024),
  };
  console.table({ messages: accepted, seconds: Number(seconds.toFixed(1)), ...result });
  console.log(JSON.stringify(result));
}
