import { compileBlocks } from "#app/_server/compile-blocks.ts";
import { readJson, refuseInputResponse } from "#app/_server/json.ts";
import { workspaceRoute } from "#app/_server/route.ts";
import { SaveTemplateInput } from "#core/template/input.ts";
import { saveTemplate } from "#core/template/save.ts";

/** The template editor's autosave; its revision is the moment of the last save. */
export const POST = workspaceRoute("marketer", async (ctx, request, { id = "" }) => {
  const { revision, ...rest } = await readJson(request);
  const input = SaveTemplateInput.safeParse({ ...rest, templateId: id, updatedAt: revision });
  if (!input.success) return refuseInputResponse(input.error);
  const result = await saveTemplate(ctx, input.data, compileBlocks);
  if (!result.ok) return Response.json(result);
  if (result.outcome === "changed-by-another") {
    const { updatedAt, mine, ...theirs } = result.theirs;
    return Response.json({
      ...result,
      theirs: {
        ...theirs,
        revision: updatedAt,
        at: updatedAt,
        subject: "",
        mine: { subject: null, text: mine },
      },
    });
  }
  return Response.json({
    ok: true,
    outcome: "saved",
    revision: result.updatedAt,
    savedAt: result.updatedAt,
    html: result.html,
  });
});
