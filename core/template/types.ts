/** A document of the block editor: what its JSON looks like, no more. The compiler checks the rest. */
export type BlockDocument = { type: "doc"; content: BlockNode[] };
export type BlockNode = {
  type: string;
  attrs?: Record<string, unknown>;
  content?: BlockNode[];
  marks?: { type: string; attrs?: Record<string, unknown> }[];
  text?: string;
};

/** What a mail made of blocks takes from its workspace. */
export type BlockStyle = { brandColor: string; language: string };

/**
 * Makes HTML (with Liquid) of a document. It needs React, which core has not, so the app hands it in.
 * Null: not a document that can be read.
 */
export type CompileBlocks = (document: unknown, style: BlockStyle) => Promise<string | null>;
