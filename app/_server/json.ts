import type { z } from "zod";
import { refuseInput } from "./action.ts";

/** The JSON object of a request; anything else is an empty one, which the schema then refuses. */
export async function readJson(request: Request): Promise<Record<string, unknown>> {
  const body: unknown = await request.json().catch(() => null);
  return typeof body === "object" && body !== null && !Array.isArray(body)
    ? (body as Record<string, unknown>)
    : {};
}

export const refuseInputResponse = (error: z.ZodError): Response => Response.json(refuseInput(error));
