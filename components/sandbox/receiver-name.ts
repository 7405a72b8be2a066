import { PROVIDERS } from "#core/mail/provider/providers.ts";

/** The sandbox's other receivers, in words. */
const OTHERS: Record<string, string> = {
  small: "small site",
  hosting: "hosting company",
  "mail.com": "mail.com",
  relay: "smarthost",
};

/** A receiver of the sandbox as people call it: "Google", "small site". */
export const receiverName = (key: string): string =>
  PROVIDERS.find((provider) => provider.key === key)?.bucketName ?? OTHERS[key] ?? key;
