import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { env } from "#core/platform/env.ts";
import { authOptions } from "../../../_server/auth.ts";

export const dynamic = "force-dynamic";

type Route = { params: Promise<{ nextauth: string[] }> };

async function handle(request: NextRequest, route: Route): Promise<Response> {
  process.env.NEXTAUTH_URL ??= env().appUrl;
  return NextAuth(request, route, authOptions());
}

export { handle as GET, handle as POST };
