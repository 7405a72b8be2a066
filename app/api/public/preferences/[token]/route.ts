import { publicRoute } from "#app/_server/route.ts";
import { seeOther } from "#app/_server/see-other.ts";
import { PreferencesInput, savePreferences } from "#core/subscription/unsubscribe.ts";

export const POST = publicRoute(async (ctx, request, { token = "" }) => {
  const form = await request.formData().catch(() => new FormData());
  const input = PreferencesInput.safeParse({ token, listIds: form.getAll("list") });
  if (input.success) await savePreferences(ctx, input.data);
  return seeOther(`/p/${token}?${input.success ? "saved" : ""}`);
});
