import { cookies } from "next/headers";
import { decode, encode } from "next-auth/jwt";
import { cache } from "react";
import { env } from "#core/platform/env.ts";
import { deriveKey } from "#core/platform/secrets.ts";
import { readSession, type SessionUser } from "#core/user/read-session.ts";
import { SESSION_DAYS } from "#core/user/rules.ts";
import { makeContext } from "./context.ts";
import { requestOrigin } from "./request.ts";

const MAX_AGE_SECONDS = SESSION_DAYS * 86_400;

export const isSecure = (): boolean => env().appUrl.startsWith("https://");
export const sessionCookie = (): string =>
  isSecure() ? "__Secure-next-auth.session-token" : "next-auth.session-token";
export const sessionSecret = (): string => deriveKey(env().appSecret, "session cookie").toString("base64url");

/** Who is logged in. The cookie only names a row of `sessions`, which is asked on each request, so revoking works at once. */
export const currentSession = cache(async (): Promise<SessionUser | null> => {
  const token = (await cookies()).get(sessionCookie())?.value;
  if (!token) return null;
  const sessionId = await sessionIdOf(token);
  if (!sessionId) return null;
  return readSession(makeContext({ kind: "system" }), { sessionId, ...(await requestOrigin()) });
});

/** The session id in a cookie's JWT; null where it is forged, too old or not ours. */
async function sessionIdOf(token: string): Promise<string | null> {
  try {
    const claims = await decode({ token, secret: sessionSecret() });
    return typeof claims?.sid === "string" ? claims.sid : null;
  } catch {
    return null;
  }
}

/** The cookie's value for a session that a verb has made. */
export function sessionToken(session: { sessionId: string; userId: number }): Promise<string> {
  return encode({
    token: { sub: String(session.userId), sid: session.sessionId },
    secret: sessionSecret(),
    maxAge: MAX_AGE_SECONDS,
  });
}

/** Logs this browser in. Only in actions and route handlers: pages cannot set cookies. */
export async function keepSession(session: { sessionId: string; userId: number }): Promise<void> {
  (await cookies()).set(sessionCookie(), await sessionToken(session), {
    httpOnly: true,
    sameSite: "lax",
    secure: isSecure(),
    path: "/",
    maxAge: MAX_AGE_SECONDS,
  });
}

/** Forgets the cookie; ending the session itself is `endSession` of core/user. */
export async function dropSession(): Promise<void> {
  (await cookies()).set(sessionCookie(), "", { httpOnly: true, secure: isSecure(), path: "/", maxAge: 0 });
}
