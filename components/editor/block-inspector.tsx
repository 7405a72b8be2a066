"use client";

import { type Editor, isNodeSelection } from "@tiptap/core";
import { useEditorState } from "@tiptap/react";
import { ArrowDown, ArrowUp, Copy, ImageUp, Trash2 } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { IconButton } from "#components/ui/icon-button.tsx";
import { Select } from "#components/ui/select.tsx";
import { showToast } from "#components/ui/show-toast.ts";
import { TextArea, TextField } from "#components/ui/text-field.tsx";
import {
  blockName,
  currentBlock,
  duplicateBlock,
  moveBlock,
  readOutline,
  removeBlock,
} from "./move-block.ts";

/** What can be set of the block with the cursor. */
export function BlockInspector({
  editor,
  attributes,
  onReplaceImage,
}: {
  editor: Editor;
  attributes: { key: string; label: string }[];
  onReplaceImage: () => void;
}) {
  const now = useEditorState({
    editor,
    selector: ({ editor: of }) => {
      const { selection } = of.state;
      const node = isNodeSelection(selection) ? selection.node : null;
      const block = of.state.doc.maybeChild(currentBlock(of));
      return {
        index: currentBlock(of),
        count: readOutline(of).length,
        block: block?.type.name ?? null,
        node: node ? { type: node.type.name, attrs: node.attrs } : null,
        heading: of.isActive("heading") ? of.getAttributes("heading") : null,
        button: of.isActive("button") ? of.getAttributes("button") : null,
        link: of.isActive("link") ? of.getAttributes("link") : null,
      };
    },
  });
  if (now.block === null) return <p className="text-help text-muted">Choose a block.</p>;
  const image = now.node?.type === "image" ? now.node.attrs : null;
  const variable = now.node?.type === "variable" ? now.node.attrs : null;
  function set(type: string, values: Record<string, unknown>) {
    const { selection } = editor.state;
    const chain = editor.chain().updateAttributes(type, values);
    // A chip or image is put in anew when it changes, which would lose it from sight while its field is typed in.
    if (isNodeSelection(selection)) chain.setNodeSelection(selection.from);
    chain.run();
  }
  return (
    <div className="grid gap-4">
      <div className="flex items-center gap-1">
        <h2 className="mr-auto text-panel font-semibold">{variable ? "Variable" : blockName(now.block)}</h2>
        <IconButton
          name="Move up"
          size="small"
          icon={<ArrowUp />}
          disabled={now.index === 0}
          onClick={() => moveBlock(editor, now.index, -1)}
        />
        <IconButton
          name="Move down"
          size="small"
          icon={<ArrowDown />}
          disabled={now.index >= now.count - 1}
          onClick={() => moveBlock(editor, now.index, 1)}
        />
        <IconButton
          name="Duplicate"
          size="small"
          icon={<Copy />}
          onClick={() => duplicateBlock(editor, now.index)}
        />
        <IconButton
          name="Remove"
          size="small"
          tip="end"
          icon={<Trash2 />}
          onClick={() => {
            removeBlock(editor, now.index);
            showToast(`${blockName(now.block ?? "")} removed`, { undo: async () => editor.commands.undo() });
          }}
        />
      </div>
      {now.heading ? (
        <Select
          name="level"
          label="Size"
          value={String(now.heading.level)}
          options={[
            { value: "1", label: "Headline" },
            { value: "2", label: "Subheading" },
            { value: "3", label: "Small heading" },
          ]}
          onChange={(event) => set("heading", { level: Number(event.currentTarget.value) })}
        />
      ) : null}
      {now.button ? (
        <TextField
          name="href"
          label="Leads to"
          help={now.button.href === "#" ? "Nowhere yet. Paste an address." : undefined}
          value={now.button.href === "#" ? "" : String(now.button.href ?? "")}
          placeholder="https://"
          inputMode="url"
          spellCheck={false}
          onChange={(event) => set("button", { href: event.currentTarget.value.trim() || "#" })}
        />
      ) : null}
      {now.link ? (
        <div className="grid gap-2">
          <TextField
            name="link"
            label="Link leads to"
            value={now.link.href === "#" ? "" : String(now.link.href ?? "")}
            placeholder="https://"
            inputMode="url"
            spellCheck={false}
            onChange={(event) =>
              editor
                .chain()
                .extendMarkRange("link")
                .setLink({ href: event.currentTarget.value.trim() || "#" })
                .run()
            }
          />
          <div>
            <Button
              size="small"
              onClick={() => editor.chain().focus().extendMarkRange("link").unsetLink().run()}
            >
              Remove the link
            </Button>
          </div>
        </div>
      ) : null}
      {image ? (
        <>
          <TextArea
            name="alt"
            label="Description"
            help="For people who do not see the image."
            value={String(image.alt ?? "")}
            rows={2}
            maxLength={500}
            onChange={(event) => set("image", { alt: event.currentTarget.value })}
          />
          <TextField
            name="image-href"
            label="Leads to"
            optional
            placeholder="https://"
            inputMode="url"
            spellCheck={false}
            value={String(image.href ?? "")}
            onChange={(event) => set("image", { href: event.currentTarget.value.trim() || null })}
          />
          <Select
            name="width"
            label="Width"
            value={String(image.width ?? "")}
            options={[
              { value: "", label: "As wide as it is, at most the mail" },
              { value: "480", label: "Three quarters" },
              { value: "320", label: "Half" },
              { value: "160", label: "A quarter" },
            ]}
            onChange={(event) => set("image", { width: Number(event.currentTarget.value) || null })}
          />
          <div>
            <Button size="small" icon={<ImageUp />} onClick={onReplaceImage}>
              Replace…
            </Button>
          </div>
        </>
      ) : null}
      {variable ? (
        <>
          <Select
            name="variable"
            label="What"
            value={String(variable.name)}
            options={variableOptions(attributes, String(variable.name))}
            onChange={(event) => set("variable", { name: event.currentTarget.value })}
          />
          <TextField
            name="fallback"
            label="Where it is not known"
            help="People without it read this. It cannot hold quotes or braces."
            value={String(variable.fallback ?? "")}
            maxLength={100}
            onChange={(event) =>
              set("variable", { fallback: event.currentTarget.value.replace(/["{}%]/g, "") })
            }
          />
        </>
      ) : null}
      {now.block === "twoColumns" || now.block === "threeColumns" ? (
        <p className="text-help text-muted">On phones the columns stand one below the other.</p>
      ) : null}
    </div>
  );
}

/** All variables of the workspace, with the one in use though it may be gone. */
export function variableOptions(attributes: { key: string; label: string }[], used?: string) {
  const options = [
    ...attributes.map(({ key, label }) => ({ value: `subscriber.${key}`, label })),
    { value: "subscriber.email", label: "Address" },
    { value: "workspace.name", label: "Workspace name" },
    { value: "campaign.name", label: "Campaign name" },
  ];
  return used && !options.some((option) => option.value === used)
    ? [...options, { value: used, label: `${used} (unknown)` }]
    : options;
}
