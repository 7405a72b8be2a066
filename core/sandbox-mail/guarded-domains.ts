/** A domain that asks for encryption, well or badly; its mail server is a small site. */
export type Guarded = {
  domain: string;
  /** Its mail server, where it is not `mail.<domain>`. */
  host?: string;
  /** MTA-STS: what its policy says; null where it has none. */
  sts: { mode: "enforce" | "testing"; mx: string; maxAge: number } | null;
  /** Whose name is in the certificate of its mail server. */
  certificate: "own" | "other";
  /** DANE: what its TLSA records name, and whether its zone is signed. */
  dane?: { names: "key" | "authority" | "other-key" | "nothing-usable" | "no-answer"; isSigned: boolean };
  /** Whether its policy can be read. */
  hidesPolicy?: boolean;
  /** What comes of mail to it, for people. */
  outcome: string;
};

const day = 86_400;

/** Names that people can mail to, to see what MTA-STS does. */
export const guardedDomains: Guarded[] = [
  {
    domain: "sts-enforce.example",
    sts: { mode: "enforce", mx: "mail.sts-enforce.example", maxAge: 7 * day },
    certificate: "own",
    outcome: "delivered, encrypted, with a certificate that is good",
  },
  {
    domain: "sts-mismatch.example",
    sts: { mode: "enforce", mx: "*.elsewhere.example", maxAge: 7 * day },
    certificate: "own",
    outcome: "deferred: its mail server is none that its policy allows",
  },
  {
    domain: "sts-badcert.example",
    sts: { mode: "enforce", mx: "mail.sts-badcert.example", maxAge: 7 * day },
    certificate: "other",
    outcome: "deferred: the certificate of its mail server is for another name",
  },
  {
    domain: "sts-neighbour.example",
    host: "mail.sts-badcert.example",
    sts: null,
    certificate: "other",
    outcome: "delivered by the mail server of sts-badcert.example: it asks for nothing",
  },
  {
    domain: "sts-testing.example",
    sts: { mode: "testing", mx: "mail.sts-testing.example", maxAge: day },
    certificate: "other",
    outcome: "delivered, although its certificate is bad: its policy is only tested",
  },
  {
    domain: "sts-unread.example",
    sts: { mode: "enforce", mx: "mail.sts-unread.example", maxAge: day },
    certificate: "own",
    hidesPolicy: true,
    outcome: "delivered as if it had no policy: the one that it announces cannot be read",
  },
  {
    domain: "dane-good.example",
    sts: null,
    dane: { names: "key", isSigned: true },
    certificate: "other",
    outcome: "delivered: its TLSA record names the key of its mail server, whatever the certificate says",
  },
  {
    domain: "dane-authority.example",
    sts: null,
    dane: { names: "authority", isSigned: true },
    certificate: "own",
    outcome: "delivered: its TLSA record names the authority that signed its certificate",
  },
  {
    domain: "dane-bad.example",
    sts: null,
    dane: { names: "other-key", isSigned: true },
    certificate: "own",
    outcome: "deferred: its TLSA record names another key",
  },
  {
    domain: "dane-broken.example",
    sts: null,
    dane: { names: "no-answer", isSigned: true },
    certificate: "own",
    outcome: "deferred: whether it has TLSA records cannot be found out",
  },
  {
    domain: "dane-unusable.example",
    sts: null,
    dane: { names: "nothing-usable", isSigned: true },
    certificate: "other",
    outcome: "delivered, encrypted: its TLSA record is of a kind that means nothing for mail",
  },
  {
    domain: "dane-unsigned.example",
    sts: null,
    dane: { names: "other-key", isSigned: false },
    certificate: "own",
    outcome: "delivered: its TLSA record is wrong, but nobody signed it",
  },
  {
    domain: "dane-first.example",
    sts: { mode: "enforce", mx: "mail.dane-first.example", maxAge: day },
    dane: { names: "other-key", isSigned: true },
    certificate: "own",
    outcome: "deferred: its policy (MTA-STS) is kept, but its TLSA record is not, and that counts first",
  },
];
