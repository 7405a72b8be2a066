import type { NextAuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { endSession } from "#core/user/end-session.ts";
import { LogInInput } from "#core/user/input.ts";
import { logIn } from "#core/user/log-in.ts";
import { readSession } from "#core/user/read-session.ts";
import { SESSION_DAYS } from "#core/user/rules.ts";
import { CLIENT_ADDRESS_HEADER } from "./client-address.ts";
import { makeContext } from "./context.ts";
import { isSecure, sessionSecret } from "./session.ts";

/** next-auth over our own sessions: its JWT carries the id of a row, and a session whose row is gone is none. */
export function authOptions(): NextAuthOptions {
  return {
    secret: sessionSecret(),
    useSecureCookies: isSecure(),
    session: { strategy: "jwt", maxAge: SESSION_DAYS * 86_400 },
    pages: { signIn: "/login", error: "/login" },
    providers: [
      Credentials({
        credentials: { address: { type: "email" }, password: { type: "password" } },
        async authorize(credentials, request) {
          const input = LogInInput.safeParse(credentials);
          if (!input.success) return null;
          const head = request.headers as Record<string, string> | undefined;
          const ctx = makeContext({
            kind: "subscriber",
            ip: head?.[CLIENT_ADDRESS_HEADER] ?? null,
            userAgent: head?.["user-agent"]?.slice(0, 400) ?? null,
          });
          const result = await logIn(ctx, input.data);
          return result.ok ? { id: String(result.userId), sid: result.sessionId } : null;
        },
      }),
    ],
    events: {
      async signOut({ token }) {
        const actor = { kind: "user" as const, userId: Number(token.sub), ip: null };
        if (typeof token.sid === "string") await endSession(makeContext(actor), { sessionId: token.sid });
      },
    },
    callbacks: {
      jwt({ token, user }) {
        return user && "sid" in user ? { sub: user.id, sid: user.sid } : token;
      },
      async session({ session, token }) {
        const sessionId = typeof token.sid === "string" ? token.sid : "";
        const user = await readSession(makeContext({ kind: "system" }), { sessionId });
        return user
          ? { ...session, user: { name: user.name, email: user.address } }
          : { expires: new Date(0).toISOString() };
      },
    },
  };
}
