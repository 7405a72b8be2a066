import { notFound } from "next/navigation";
import { CoreError } from "#core/platform/context.ts";

/** What a read gives, or the page's 404 where there is no such thing in this workspace. */
export async function orNotFound<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof CoreError && error.code === "not-found") notFound();
    throw error;
  }
}
