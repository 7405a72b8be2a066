import { randomBytes } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";

/**
 * The content policy of pages. Scripts need this request's nonce, so text that got into a page as HTML cannot run.
 * Styles may stand inline (React and the editor write them); pictures may come from anywhere, as mails in previews do.
 */
function contentPolicy(nonce: string, isFramable: boolean): string {
  const isDevelopment = process.env.NODE_ENV === "development";
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob: http: https:",
    "font-src 'self' data:",
    `connect-src 'self'${isDevelopment ? " ws:" : ""}`,
    "frame-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${isFramable ? "*" : "'self'"}`,
  ].join("; ");
}

export function proxy(request: NextRequest): NextResponse {
  const nonce = randomBytes(16).toString("base64");
  // Only sign-up forms may stand in other people's pages.
  const policy = contentPolicy(nonce, request.nextUrl.pathname.startsWith("/f/"));
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  if (process.env.APP_URL?.startsWith("https://")) {
    response.headers.set("strict-transport-security", "max-age=31536000");
  }
  return response;
}

// Documents only: a proxy would cap the bodies of uploads, and streams and assets need no policy.
export const config = {
  matcher: [
    {
      source: "/((?!_next/|api/|o/|l/).*)",
      has: [{ type: "header", key: "accept", value: "(.*)text/html(.*)" }],
    },
  ],
};
