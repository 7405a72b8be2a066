import { publicRoute } from "#app/_server/route.ts";
import { seeOther } from "#app/_server/see-other.ts";
import { SignUpInput, signUp } from "#core/form/sign-up.ts";
import { maskAddress } from "#core/subscription/read-token.ts";

/** Takes a sign-up from the hosted page or from a form on any site; plain form in, page out, no script needed. */
export const POST = publicRoute(async (ctx, request, { form = "" }) => {
  const data = await request.formData().catch(() => new FormData());
  const text = (name: string) => (typeof data.get(name) === "string" ? String(data.get(name)) : "");
  const fields = Object.fromEntries(
    [...data.keys()].filter((key) => key.startsWith("attr_")).map((key) => [key.slice(5), text(key)]),
  );
  const input = SignUpInput.safeParse({
    form,
    address: text("address"),
    consent: data.has("consent"),
    website: text("website"),
    fields,
  });
  const page = `/f/${encodeURIComponent(form)}`;
  if (!input.success) return seeOther(`${page}?problem=${encodeURIComponent("Some of this is too long.")}`);
  const result = await signUp(ctx, input.data);
  if (result.ok) return seeOther(`${page}/sent?to=${encodeURIComponent(maskAddress(result.shownAddress))}`);
  const query = new URLSearchParams({ problem: result.reason, address: input.data.address.slice(0, 254) });
  return seeOther(`${page}?${query}`);
});
