/** What one message costs: Liquid, ten tracked links, 20 kB HTML, RSA-2048, Ed25519 besides. Prints microseconds per message. */
import { createPrivateKey } from "node:crypto";
import { generateDkimKey, generateEd25519Key } from "#core/mail/dkim/key.ts";
import { dkimSigner } from "#core/mail/dkim/signer.ts";
import { deriveLinkKeys } from "#core/mail/links.ts";
import { compileMessage } from "#core/mail/message/compile.ts";
import { renderMessage } from "#core/mail/message/render.ts";
import type { MessageRecipient, MessageSource } from "#core/mail/message/types.ts";

const paragraph =
  "The harvest came in late this year, and the roast is slower for it: less acid, more caramel, a long finish. ";

function source(): MessageSource {
  let html =
    "<!doctype html>\n<html>\n<body>\n<h1>Hello {{ subscriber.first_name | default: 'there' }}</h1>\n";
  for (let i = 0; i < 10; i++) {
    html += `<table width="100%"><tr><td style="padding:12px;font-family:sans-serif">${paragraph.repeat(16)}`;
    html += `<a href="https://shop.example.com/item/${i}?from=news&amp;n=${i}">Read more</a></td></tr></table>\n`;
  }
  html += "{% if subscriber.city %}<p>See you in {{ subscriber.city }}.</p>{% endif %}\n</body>\n</html>\n";
  return {
    kind: "campaign",
    workspace: { id: 1, name: "Nordkai", address: "Nordkai GmbH\nKai 1\n20457 Hamburg" },
    campaign: { id: 48, name: "Friday Roast #48" },
    sender: { name: "Nordkai Kaffee", address: "news@nordkai.example" },
    subject: "{{ subscriber.first_name | default: 'Friend' }}, the Friday roast is here",
    preheader: "Slower this year",
    html,
    lists: [{ id: 3, name: "Friday Roast" }],
    baseUrl: "https://news.nordkai.example",
    trackOpens: true,
    trackClicks: true,
  };
}

function recipient(seq: number): MessageRecipient {
  return {
    seq,
    subscriberId: 100_000 + seq,
    address: `person.${seq}@mail${seq % 50}.example`,
    attributes: { first_name: seq % 7 === 0 ? "Jürgen" : "Ines", city: "Hamburg", orders: seq % 9 },
    listId: 3,
    listIds: [3],
  };
}

function measure(name: string, rounds: number, run: (i: number) => void): number {
  for (let i = 0; i < Math.min(rounds, 3000); i++) run(i);
  const before = process.cpuUsage();
  for (let i = 0; i < rounds; i++) run(i);
  const used = process.cpuUsage(before);
  const micros = (used.user + used.system) / rounds;
  console.log(`${name.padEnd(28)} ${micros.toFixed(1).padStart(8)} µs of CPU a message`);
  return micros;
}

const started = performance.now();
const compiled = compileMessage(source());
console.log(
  `compiled once in ${(performance.now() - started).toFixed(1)} ms, ${compiled.links.length} links`,
);
const keys = deriveLinkKeys("bench");
const { privateKeyPem } = await generateDkimKey();
const signers = [
  dkimSigner({ domain: "nordkai.example", selector: "lm1", privateKey: createPrivateKey(privateKeyPem) }),
];
const second = dkimSigner({
  domain: "nordkai.example",
  selector: "lm1-ed25519",
  privateKey: createPrivateKey(generateEd25519Key().privateKeyPem),
});
const at = new Date();
const rounds = Number(process.argv[2] ?? 20_000);
console.log(`${renderMessage(compiled, recipient(1), { keys, at, signers }).bytes.length} bytes a message`);
const render = measure("render", rounds, (i) => renderMessage(compiled, recipient(i), { keys, at }));
const signed = measure("render and sign, RSA", Math.min(rounds, 8000), (i) =>
  renderMessage(compiled, recipient(i), { keys, at, signers }),
);
const twice = measure("render and sign, both", Math.min(rounds, 8000), (i) =>
  renderMessage(compiled, recipient(i), { keys, at, signers: [...signers, second] }),
);
console.log(
  JSON.stringify({
    renderMicros: Math.round(render),
    renderAndSignMicros: Math.round(signed),
    renderAndSignTwiceMicros: Math.round(twice),
  }),
);
