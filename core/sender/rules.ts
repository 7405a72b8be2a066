/** Mailbox providers: nobody but they can sign for these domains, and their DMARC refuses everybody else. */
const FOREIGN = new Set([
  "aol.com",
  "gmail.com",
  "gmx.at",
  "gmx.ch",
  "gmx.com",
  "gmx.de",
  "gmx.net",
  "googlemail.com",
  "hotmail.com",
  "hotmail.co.uk",
  "hotmail.fr",
  "icloud.com",
  "live.com",
  "mac.com",
  "mail.com",
  "mail.ru",
  "me.com",
  "msn.com",
  "outlook.com",
  "outlook.de",
  "proton.me",
  "protonmail.com",
  "qq.com",
  "t-online.de",
  "web.de",
  "yahoo.com",
  "yahoo.co.jp",
  "yahoo.co.uk",
  "yahoo.de",
  "yahoo.fr",
  "yandex.ru",
  "ymail.com",
  "zoho.com",
]);

export const isForeignDomain = (domain: string): boolean => FOREIGN.has(domain);

/** The selector of keys made here. */
export const DKIM_SELECTOR = "lm1";

/** Binds an encrypted DKIM key to its row. */
export const dkimPurpose = (senderDomainId: number): string => `dkim:${senderDomainId}`;

export const ed25519Purpose = (senderDomainId: number): string => `dkim-ed25519:${senderDomainId}`;
