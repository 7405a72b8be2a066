import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, rootCertificates } from "node:tls";
import { describe, expect, test } from "vitest";
import type { Tlsa } from "#core/domain/types.ts";
import { type Certificate, issueCertificate } from "../sandbox/tls.ts";
import { chainShownBy, daneDoubt, fits, publicKeyOf } from "./dane.ts";

const HOST = "mx.a.example";
const root = issueCertificate({ name: "Root", hosts: [], isAuthority: true });
const middle = issueCertificate({ name: "Middle", hosts: [], isAuthority: true, issuer: root });
const stranger = issueCertificate({ name: "Stranger", hosts: [], isAuthority: true });
const leaf = issueCertificate({ name: HOST, hosts: [HOST], issuer: middle });
const NOW = new Date();

const x509 = (one: Certificate) => new X509Certificate(one.cert);

/** Every way to say one certificate. */
function records(usage: 2 | 3, one: Certificate): Tlsa[] {
  const certificate = x509(one);
  const key = certificate.publicKey.export({ type: "spki", format: "der" });
  return [certificate.raw, key].flatMap((bytes, selector) =>
    [bytes, createHash("sha256").update(bytes).digest(), createHash("sha512").update(bytes).digest()].map(
      (data, matching) => ({ usage, selector, matching, data: data.toString("hex") }),
    ),
  );
}

/** The chain as a client sees it after a real handshake. */
async function shown(one: Certificate, ...above: Certificate[]) {
  const cert = [one, ...above].map((each) => each.cert).join("");
  const server = createServer({ key: one.key, cert }, (socket) => socket.end()).listen(0, "127.0.0.1");
  server.on("tlsClientError", () => {});
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: "127.0.0.1", port, servername: HOST, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const chain = chainShownBy(socket);
  socket.destroy();
  server.close();
  return chain;
}

describe("daneDoubt", () => {
  test("takes the server's own certificate in each of the six ways, whatever its name and dates (3)", async () => {
    const odd = issueCertificate({ name: "box", hosts: ["box"], validDays: -3 });
    const chain = await shown(odd);
    for (const record of records(3, odd)) expect(daneDoubt(chain, [record], HOST, NOW)).toBeNull();
    for (const record of records(3, leaf))
      expect(daneDoubt(chain, [record], HOST, NOW)).toMatch(
        /not the one that its TLSA records \(DANE\) name/,
      );
    // A second record for the next key stands beside the first.
    expect(daneDoubt(chain, [...records(3, leaf), ...records(3, odd)], HOST, NOW)).toBeNull();
  });

  test("takes an authority anywhere above it in each of the six ways (2)", async () => {
    const chain = await shown(leaf, middle, root);
    expect(chain).toHaveLength(3);
    for (const authority of [middle, root])
      for (const record of records(2, authority)) expect(daneDoubt(chain, [record], HOST, NOW)).toBeNull();
    for (const record of records(2, stranger))
      expect(daneDoubt(chain, [record], HOST, NOW)).toMatch(/authority/);
    // The server's own certificate is no authority.
    for (const record of records(2, leaf)) expect(daneDoubt(chain, [record], HOST, NOW)).not.toBeNull();
  });

  test("takes an authority that stands whole in the record and not in the chain", async () => {
    const chain = await shown(leaf, middle);
    const [whole, digest] = records(2, root) as [Tlsa, Tlsa];
    expect(daneDoubt(chain, [whole], HOST, NOW)).toBeNull();
    expect(daneDoubt(chain, [digest], HOST, NOW)).toMatch(/authority/);
  });

  test("under an authority name, dates, signatures and the right to sign count", async () => {
    const named = records(2, root);
    const doubt = async (...chain: [Certificate, ...Certificate[]]) =>
      daneDoubt(await shown(...chain), named, HOST, NOW);
    const other = issueCertificate({ name: "mx.b.example", hosts: ["mx.b.example"], issuer: root });
    expect(await doubt(other, root)).toMatch(/does not name it/);
    const old = issueCertificate({ name: HOST, hosts: [HOST], issuer: root, validDays: -2 });
    expect(await doubt(old, root)).toMatch(/authority/);
    // It says that Root signed it, and shows Root; somebody else signed.
    const namesake = issueCertificate({ name: "Root", hosts: [], isAuthority: true });
    const forged = issueCertificate({ name: HOST, hosts: [HOST], issuer: namesake });
    expect(daneDoubt([x509(forged), x509(root)], named, HOST, NOW)).toMatch(/authority/);
    // Signed by a certificate of Root's that is no authority itself.
    const plain = issueCertificate({ name: "plain.example", hosts: ["plain.example"], issuer: root });
    const under = issueCertificate({ name: HOST, hosts: [HOST], issuer: plain });
    expect(daneDoubt([x509(under), x509(plain), x509(root)], named, HOST, NOW)).toMatch(/authority/);
    const early = new Date(NOW.getTime() - 400 * 86_400_000);
    expect(daneDoubt([x509(leaf), x509(middle), x509(root)], named, HOST, early)).toMatch(/authority/);
    expect(daneDoubt([], named, HOST, NOW)).toMatch(/showed no certificate/);
  });
});

test("the public key is read as it stands in certificates of all public authorities", () => {
  for (const pem of rootCertificates) {
    const certificate = new X509Certificate(pem);
    const encoded = certificate.publicKey.export({ type: "spki", format: "der" });
    expect(publicKeyOf(certificate.raw).equals(encoded)).toBe(true);
  }
  const [, , , key] = records(3, leaf) as Tlsa[];
  expect(fits({ ...key!, data: key!.data.toUpperCase() }, x509(leaf))).toBe(true);
});
