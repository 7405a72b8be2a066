import { X509Certificate } from "node:crypto";

const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** The certificates in a text of PEM blocks, one each; whatever stands between them is left out. */
export function certificatesIn(pem: string): string[] {
  return pem.match(BLOCK) ?? [];
}

/** What people need to recognise a certificate by. */
export type CertificateFacts = {
  names: string;
  issuer: string;
  validUntil: Date;
  /** SHA-256, as `openssl x509 -fingerprint -sha256` prints it. */
  fingerprint: string;
};

/** Reads one certificate; null for what is none. */
export function readCertificate(pem: string): CertificateFacts | null {
  try {
    const certificate = new X509Certificate(pem);
    return {
      names: (certificate.subjectAltName ?? certificate.subject).replace(/\n/g, ", ").slice(0, 300),
      issuer: certificate.issuer.replace(/\n/g, ", ").slice(0, 300),
      validUntil: certificate.validToDate,
      fingerprint: certificate.fingerprint256,
    };
  } catch {
    return null;
  }
}
