/** The other side of the comparison: a plain pooled nodemailer loop that builds, signs and sends the same mail. */
import { createTransport } from "nodemailer";
import { bodyHtml } from "./delivery-mail.ts";

type Order = { host: string; port: number; count: number; privateKey: string; domain: string };

process.once("message", async (order: Order) => {
  const transport = createTransport({
    pool: true,
    host: order.host,
    port: order.port,
    secure: false,
    tls: { rejectUnauthorized: false },
    maxConnections: 10,
    maxMessages: 100,
    dkim: { domainName: order.domain, keySelector: "lm1", privateKey: order.privateKey },
  });
  const html = bodyHtml();
  const started = performance.now();
  const cpu = process.cpuUsage();
  let next = 0;
  const work = async () => {
    for (let i = next++; i < order.count; i = next++) {
      const name = i % 7 === 0 ? "Jürgen" : "Ines";
      const unsubscribe = `https://news.example.com/u/${Buffer.from(`1.1.${i}.token-token-token-token`).toString("base64url")}`;
      await transport.sendMail({
        from: { name: "Nordkai Kaffee", address: `news@${order.domain}` },
        to: `pool${i}@mail.com`,
        subject: `${name}, the Friday roast is here`,
        html: personalise(html, name, i),
        text: "The harvest came in late this year. ".repeat(60),
        headers: {
          "List-Unsubscribe": `<${unsubscribe}>`,
          "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
      });
    }
  };
  await Promise.all(Array.from({ length: 20 }, work));
  const seconds = (performance.now() - started) / 1_000;
  const used = process.cpuUsage(cpu);
  transport.close();
  process.send?.(
    { perSecond: order.count / seconds, cpuMicros: (used.user + used.system) / order.count },
    () => process.exit(0),
  );
});

/** By plain replacement, which is cheaper than any template language. */
function personalise(html: string, name: string, i: number): string {
  return html
    .replace(/\{\{ subscriber\.first_name[^}]*\}\}/, name)
    .replace(/\{% if[^%]*%\}(.*?)\{% endif %\}/, `<p>See you in Hamburg.</p>`)
    .replaceAll("https://shop.example.com/item/", `https://news.example.com/l/${i}/`);
}
