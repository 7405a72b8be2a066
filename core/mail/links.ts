/**
 * Signed tokens in public links and in addresses that replies and reports come back to.
 * A recipient's links share one HMAC-SHA-256 over one payload. It is cut in two: one half opens, clicks and views, the
 * other unsubscribes and changes preferences, so that a click link cannot be rewritten into an unsubscribe.
 * Tokens carry what they need to be understood after the delivery's row is gone.
 */
import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from "node:crypto";
import { fromBase32, toBase32, VarintReader, writeVarint } from "./token-bytes.ts";

/** One key per purpose, derived once from the installation's secret. */
export interface LinkKeys {
  recipient: KeyObject;
  path: KeyObject;
  confirm: KeyObject;
  form: KeyObject;
}

/** Whom a mail went to. `subscriber` is null for system mail; `lists` are those one click unsubscribes from (none: all of the workspace). */
export interface TokenRecipient {
  workspace: number;
  campaign: number;
  seq: number;
  subscriber: number | null;
  lists: readonly number[];
}

/** What the return path and the unsubscribe address say. */
export interface PathPayload {
  workspace: number;
  campaign: number;
  seq: number;
  subscriber: number | null;
}

/** Derives the keys of all links from the installation's secret (HKDF, RFC 5869). */
export function deriveLinkKeys(secret: string | Uint8Array): LinkKeys {
  const derive = (purpose: string) =>
    createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", `lettermill link ${purpose} 1`, 32)));
  return {
    recipient: derive("recipient"),
    path: derive("path"),
    confirm: derive("confirm"),
    form: derive("form"),
  };
}

const VERSION = 1;
const HALF = 16;
const PATH_PART = 10;
const MAX_LISTS = 64;
const MAX_TOKEN = 1200;

/** The two tokens of one recipient, from one HMAC. Throws on ids that are no whole numbers or more than 64 lists. */
export function recipientTokens(keys: LinkKeys, recipient: TokenRecipient): { view: string; manage: string } {
  const lists = recipient.lists;
  const payload = writePayload(
    [recipient.workspace, recipient.campaign, recipient.seq, recipient.subscriber ?? 0],
    lists,
  );
  const mac = createHmac("sha256", keys.recipient).update(payload).digest();
  const token = Buffer.allocUnsafe(payload.length + HALF);
  token.set(payload, 0);
  mac.copy(token, payload.length, 0, HALF);
  const view = token.toString("base64url");
  mac.copy(token, payload.length, HALF, 2 * HALF);
  return { view, manage: token.toString("base64url") };
}

/** The payload of a token that opens, clicks or views; null where it is forged, cut or made for another purpose. */
export function readViewToken(keys: LinkKeys, token: string): TokenRecipient | null {
  return readRecipient(keys, token, 0);
}

/** The payload of a token that unsubscribes or changes preferences; null where it is forged, cut or made for another purpose. */
export function readManageToken(keys: LinkKeys, token: string): TokenRecipient | null {
  return readRecipient(keys, token, HALF);
}

function readRecipient(keys: LinkKeys, token: string, from: number): TokenRecipient | null {
  const payload = openToken(keys.recipient, token, from);
  const read = payload && readPayload(payload, 4);
  if (!read) return null;
  const [workspace, campaign, seq, subscriber] = read.ids as [number, number, number, number];
  return { workspace, campaign, seq, subscriber: subscriber || null, lists: read.lists };
}

/** The local parts and the Message-ID of one delivery, stable across retries, from one HMAC cut in three. */
export function pathTokens(
  keys: LinkKeys,
  path: PathPayload,
): { returnPath: string; unsubscribe: string; messageId: string } {
  const payload = writePayload([path.workspace, path.campaign, path.seq, path.subscriber ?? 0], null);
  const mac = createHmac("sha256", keys.path).update(payload).digest();
  const token = Buffer.allocUnsafe(payload.length + PATH_PART);
  token.set(payload, 0);
  mac.copy(token, payload.length, 0, PATH_PART);
  const returnPath = `b+${toBase32(token)}`;
  mac.copy(token, payload.length, PATH_PART, 2 * PATH_PART);
  const unsubscribe = `u+${toBase32(token)}`;
  // RFC 5321 4.5.3.1.1; ids up to 2^42 each fit.
  if (returnPath.length > 64) throw new RangeError("ids too large for a return path");
  const stamp = toBase32(mac.subarray(2 * PATH_PART, 3 * PATH_PART));
  return { returnPath, unsubscribe, messageId: `${path.campaign}.${path.seq}.${stamp}` };
}

/** Local part of the envelope sender: `b+<token>`, lower case, at most 64 octets. */
export function returnPathLocal(keys: LinkKeys, path: PathPayload): string {
  return pathTokens(keys, path).returnPath;
}

/** Who a bounce to `b+<token>` is about, in whatever case it comes back; null where it is not ours. */
export function readReturnPath(keys: LinkKeys, local: string): PathPayload | null {
  return readPath(keys, local, "b+", 0);
}

/** Local part of the mailto unsubscribe: `u+<token>`, lower case, at most 64 octets. */
export function unsubscribeLocal(keys: LinkKeys, path: PathPayload): string {
  return pathTokens(keys, path).unsubscribe;
}

/** Who a mail to `u+<token>` unsubscribes; null where it is not ours. The campaign says from which lists. */
export function readUnsubscribeLocal(keys: LinkKeys, local: string): PathPayload | null {
  return readPath(keys, local, "u+", PATH_PART);
}

function readPath(keys: LinkKeys, local: string, prefix: string, from: number): PathPayload | null {
  if (local.length > 64 || local.slice(0, 2).toLowerCase() !== prefix) return null;
  const token = fromBase32(local.slice(2));
  if (!token || token.length <= PATH_PART) return null;
  const payload = token.subarray(0, token.length - PATH_PART);
  const mac = createHmac("sha256", keys.path).update(payload).digest();
  if (!timingSafeEqual(mac.subarray(from, from + PATH_PART), token.subarray(token.length - PATH_PART)))
    return null;
  const read = readPayload(payload, 4, false);
  if (!read) return null;
  const [workspace, campaign, seq, subscriber] = read.ids as [number, number, number, number];
  return { workspace, campaign, seq, subscriber: subscriber || null };
}

/** What a confirm link proves: this person asked for these lists, by this form, and has until then. */
export interface ConfirmPayload {
  workspace: number;
  subscriber: number;
  form: number | null;
  lists: readonly number[];
  expiresAt: Date;
}

/** Token of `/c/<token>`. `expiresAt` is kept to the second. */
export function confirmToken(keys: LinkKeys, payload: ConfirmPayload): string {
  const seconds = Math.floor(payload.expiresAt.getTime() / 1000);
  return sealToken(
    keys.confirm,
    writePayload([payload.workspace, payload.subscriber, payload.form ?? 0, seconds], payload.lists),
  );
}

/** Reads a confirm token; `expired` instead of null where it is ours but late, so that the page can offer a new one. */
export function readConfirmToken(
  keys: LinkKeys,
  token: string,
  now: Date,
): (ConfirmPayload & { expired: boolean }) | null {
  const payload = openToken(keys.confirm, token, 0);
  const read = payload && readPayload(payload, 4);
  if (!read) return null;
  const [workspace, subscriber, form, seconds] = read.ids as [number, number, number, number];
  const expiresAt = new Date(seconds * 1000);
  return {
    workspace,
    subscriber,
    form: form || null,
    lists: read.lists,
    expiresAt,
    expired: expiresAt <= now,
  };
}

/** Hidden field of a sign-up form: which form was shown, and when (to the second). */
export function formToken(keys: LinkKeys, form: number, shownAt: Date): string {
  return sealToken(keys.form, writePayload([form, Math.floor(shownAt.getTime() / 1000)], null));
}

/** Reads the hidden field of a sign-up form; the caller judges the age. */
export function readFormToken(keys: LinkKeys, token: string): { form: number; shownAt: Date } | null {
  const payload = openToken(keys.form, token, 0);
  const read = payload && readPayload(payload, 2, false);
  if (!read) return null;
  const [form, seconds] = read.ids as [number, number];
  return { form, shownAt: new Date(seconds * 1000) };
}

const at = (base: string, path: string) => (base.endsWith("/") ? base.slice(0, -1) : base) + path;

export const openUrl = (base: string, view: string) => at(base, `/o/${view}`);
export const clickUrl = (base: string, view: string, n: number) => at(base, `/l/${view}/${n}`);
export const viewUrl = (base: string, view: string) => at(base, `/v/${view}`);
export const unsubscribeUrl = (base: string, manage: string) => at(base, `/u/${manage}`);
export const preferencesUrl = (base: string, manage: string) => at(base, `/p/${manage}`);
export const confirmUrl = (base: string, token: string) => at(base, `/c/${token}`);

function writePayload(ids: readonly number[], lists: readonly number[] | null): Buffer {
  if (lists && lists.length > MAX_LISTS) throw new RangeError(`more than ${MAX_LISTS} lists in one link`);
  const bytes = Buffer.allocUnsafe(1 + (ids.length + 1 + (lists?.length ?? 0)) * 8);
  bytes[0] = VERSION;
  let end = 1;
  for (const id of ids) end = writeVarint(bytes, end, id);
  if (lists) {
    end = writeVarint(bytes, end, lists.length);
    for (const id of lists) end = writeVarint(bytes, end, id);
  }
  return bytes.subarray(0, end);
}

function readPayload(
  payload: Uint8Array,
  count: number,
  withLists = true,
): { ids: number[]; lists: number[] } | null {
  if (payload[0] !== VERSION) return null;
  const reader = new VarintReader(payload, 1);
  const take = (n: number): number[] | null => {
    const out: number[] = [];
    for (let i = 0; i < n; i++) {
      const value = reader.next();
      if (value === null) return null;
      out.push(value);
    }
    return out;
  };
  const ids = take(count);
  const length = withLists ? reader.next() : 0;
  const lists = length === null || length > MAX_LISTS ? null : take(length);
  return ids && lists && reader.ended ? { ids, lists } : null;
}

function sealToken(key: KeyObject, payload: Buffer): string {
  const mac = createHmac("sha256", key).update(payload).digest();
  return Buffer.concat([payload, mac.subarray(0, HALF)]).toString("base64url");
}

/** Checks the MAC in constant time, and that the text is the one spelling of its bytes. */
function openToken(key: KeyObject, token: string, from: number): Buffer | null {
  if (token.length > MAX_TOKEN) return null;
  const bytes = Buffer.from(token, "base64url");
  if (bytes.length <= HALF || bytes.toString("base64url") !== token) return null;
  const payload = bytes.subarray(0, bytes.length - HALF);
  const mac = createHmac("sha256", key).update(payload).digest();
  return timingSafeEqual(mac.subarray(from, from + HALF), bytes.subarray(bytes.length - HALF))
    ? payload
    : null;
}
