import type { Revision, SaveAnswer, StoredDraft } from "./types.ts";

/** The draft as it lies on the server; null where it cannot be had now. */
export async function readStored(url: string | undefined): Promise<StoredDraft | null> {
  if (!url) return null;
  try {
    const response = await fetch(url, { cache: "no-store" });
    const answer = (await response.json()) as ({ ok: true } & StoredDraft) | { ok: false };
    return answer.ok ? answer : null;
  } catch {
    return null;
  }
}

/** Asks for an earlier version to come back; true, or why it did not. */
export async function restoreVersion(
  url: string | undefined,
  revision: Revision,
  version: number,
): Promise<true | string> {
  if (!url) return "There are no versions.";
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ revision, version }),
    });
    const answer = (await response.json()) as SaveAnswer;
    if (!answer.ok) return answer.reason;
    return answer.outcome === "saved"
      ? true
      : "Somebody saved meanwhile, so nothing was restored. Look at it as it is now, then restore again.";
  } catch {
    return "Not restored: there is no connection. The draft is as it was.";
  }
}
