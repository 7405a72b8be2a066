import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  clickUrl,
  confirmToken,
  deriveLinkKeys,
  formToken,
  readConfirmToken,
  readFormToken,
  readManageToken,
  readReturnPath,
  readUnsubscribeLocal,
  readViewToken,
  recipientTokens,
  returnPathLocal,
  type TokenRecipient,
  unsubscribeLocal,
} from "./links.ts";

const keys = deriveLinkKeys("secret");
const other = deriveLinkKeys("another secret");
const who: TokenRecipient = {
  workspace: 3,
  campaign: 812,
  seq: 1_234_567,
  subscriber: 98_765_432,
  lists: [4, 900],
};
const path = { workspace: 3, campaign: 812, seq: 1_234_567, subscriber: 98_765_432 };
const id = fc.integer({ min: 0, max: 2 ** 33 });

/** The token with one character changed, cut, or longer by one. */
function damaged(token: string, alphabet: string): string[] {
  const out = [token.slice(0, -1), token.slice(1), `${token}a`, `a${token}`, "", token.slice(0, 4)];
  for (let i = 0; i < token.length; i++) {
    const next = alphabet[(alphabet.indexOf(token[i] as string) + 1) % alphabet.length];
    out.push(token.slice(0, i) + next + token.slice(i + 1));
  }
  return out;
}

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

describe("recipient tokens", () => {
  const { view, manage } = recipientTokens(keys, who);

  it("refuse every change, every cut, foreign keys and the other purpose", () => {
    for (const broken of damaged(view, BASE64URL)) expect(readViewToken(keys, broken)).toBeNull();
    for (const broken of damaged(manage, BASE64URL)) expect(readManageToken(keys, broken)).toBeNull();
    expect(readManageToken(keys, view)).toBeNull();
    expect(readViewToken(keys, manage)).toBeNull();
    expect(readViewToken(other, view)).toBeNull();
    for (const foreign of ["=", `${view}=`, ` ${view}`, "ü".repeat(40), "A".repeat(100_000)]) {
      expect(readViewToken(keys, foreign)).toBeNull();
    }
  });

  it("cannot be joined from two: one payload does not take the other's signature", () => {
    const neighbour = recipientTokens(keys, { ...who, seq: who.seq + 1 });
    const mixed = Buffer.concat([
      Buffer.from(view, "base64url").subarray(0, -16),
      Buffer.from(neighbour.view, "base64url").subarray(-16),
    ]);
    expect(readViewToken(keys, mixed.toString("base64url"))).toBeNull();
  });

  it("say whom they are for, whatever the ids", () => {
    const ids = fc.record({
      workspace: id,
      campaign: id,
      seq: id,
      subscriber: fc.option(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
      lists: fc.array(id, { maxLength: 64 }),
    });
    fc.assert(
      fc.property(ids, (recipient) => {
        const tokens = recipientTokens(keys, recipient);
        expect(readViewToken(keys, tokens.view)).toEqual(recipient);
        expect(readManageToken(keys, tokens.manage)).toEqual(recipient);
      }),
    );
    for (const seq of [-1, 1.5, Number.NaN, 2 ** 60]) {
      expect(() => recipientTokens(keys, { ...who, seq })).toThrow(RangeError);
    }
  });

  it("are short", () => {
    expect(view.length).toBeLessThanOrEqual(48);
    expect(clickUrl("https://n.example/", view, 3)).toBe(`https://n.example/l/${view}/3`);
  });
});

describe("return path and unsubscribe address", () => {
  const bounce = returnPathLocal(keys, path);
  const leave = unsubscribeLocal(keys, path);

  it("refuse every change, every cut, foreign keys and the other purpose", () => {
    for (const broken of damaged(bounce.slice(2), BASE32))
      expect(readReturnPath(keys, `b+${broken}`)).toBeNull();
    expect(readReturnPath(keys, leave)).toBeNull();
    expect(readReturnPath(keys, `b+${leave.slice(2)}`)).toBeNull();
    expect(readUnsubscribeLocal(keys, `u+${bounce.slice(2)}`)).toBeNull();
    expect(readReturnPath(other, bounce)).toBeNull();
    for (const foreign of ["", "b+", "b+1", "postmaster", `b+${"a".repeat(500)}`]) {
      expect(readReturnPath(keys, foreign)).toBeNull();
    }
  });

  it("come back in any case, and fit the 64 octets of a local part", () => {
    const large = fc.integer({ min: 0, max: 2 ** 35 - 1 });
    fc.assert(
      fc.property(fc.tuple(large, large, large, large), ([workspace, campaign, seq, subscriber]) => {
        const one = { workspace, campaign, seq, subscriber: subscriber || null };
        const local = returnPathLocal(keys, one);
        expect(local.length).toBeLessThanOrEqual(64);
        expect(local).toMatch(/^b\+[a-z2-7]+$/);
        expect(readReturnPath(keys, local.toUpperCase())).toEqual(one);
        expect(readUnsubscribeLocal(keys, unsubscribeLocal(keys, one).toUpperCase())).toEqual(one);
      }),
    );
  });
});

describe("confirm and form tokens", () => {
  const now = new Date("2026-11-22T23:45:00Z");
  const payload = {
    workspace: 3,
    subscriber: 7,
    form: 5,
    lists: [1, 2],
    expiresAt: new Date("2026-11-25T00:00:00Z"),
  };

  it("refuse every change, and each other", () => {
    const confirm = confirmToken(keys, payload);
    for (const broken of damaged(confirm, BASE64URL)) expect(readConfirmToken(keys, broken, now)).toBeNull();
    expect(readConfirmToken(keys, recipientTokens(keys, who).view, now)).toBeNull();
    expect(readFormToken(keys, confirm)).toBeNull();
    expect(readViewToken(keys, confirm)).toBeNull();
  });

  it("tell a late confirmation from a false one", () => {
    const token = confirmToken(keys, payload);
    expect(readConfirmToken(keys, token, now)).toEqual({ ...payload, expired: false });
    expect(readConfirmToken(keys, token, payload.expiresAt)).toMatchObject({ expired: true, subscriber: 7 });
    expect(readConfirmToken(keys, confirmToken(keys, { ...payload, form: null }), now)?.form).toBeNull();
    expect(readFormToken(keys, formToken(keys, 5, now))).toEqual({ form: 5, shownAt: now });
  });
});
