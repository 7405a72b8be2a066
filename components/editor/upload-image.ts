/** Sends a picture to the route that keeps it; a refusal comes in a sentence. */
export async function uploadImage(
  url: string,
  file: File,
): Promise<{ ok: true; url: string } | { ok: false; reason: string }> {
  const form = new FormData();
  form.set("file", file);
  try {
    const response = await fetch(url, { method: "POST", body: form });
    return (await response.json()) as { ok: true; url: string } | { ok: false; reason: string };
  } catch {
    return { ok: false, reason: "The image did not go up: there is no connection. Try it again." };
  }
}
