/** First parts of our own addresses, and names that would mislead. */
const RESERVED = new Set([
  "account",
  "admin",
  "administrator",
  "api",
  "assets",
  "auth",
  "campaigns",
  "confirm",
  "docs",
  "files",
  "health",
  "help",
  "images",
  "invite",
  "lettermill",
  "live",
  "log-in",
  "log-out",
  "login",
  "logout",
  "mail",
  "media",
  "metrics",
  "new",
  "postmaster",
  "preferences",
  "public",
  "reset",
  "sandbox",
  "security",
  "setup",
  "sign-in",
  "sign-up",
  "signup",
  "static",
  "status",
  "subscribe",
  "support",
  "system",
  "unsubscribe",
  "webhooks",
  "well-known",
  "workspace",
  "workspaces",
  "www",
]);

/** What is wrong with a workspace's part of the address, in a sentence; null where nothing is. */
export function slugFault(slug: string): string | null {
  if (slug.length < 3) return "Use three letters or more.";
  if (slug.length > 40) return "Use 40 letters at most.";
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug)) return "Use small letters, digits and single dashes.";
  if (!/[a-z]/.test(slug)) return "Use at least one letter.";
  return RESERVED.has(slug) ? "This word is taken by Lettermill itself." : null;
}

/** A first proposal for a slug: the name in plain small letters. */
export function slugFor(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/ß/g, "ss")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  return slugFault(plain) === null ? plain : "";
}

/** IANA names that this Node knows. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

/** Zones to choose from, UTC first. */
export function timeZones(): string[] {
  return ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
}
