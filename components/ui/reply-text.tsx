import { cx } from "./cx.ts";

/** A reply of a mail server, verbatim. `block` shows all of it on its own ground; else one line, cut. */
export function ReplyText({
  children,
  block,
  quiet,
}: {
  children: string;
  block?: boolean;
  quiet?: boolean;
}) {
  if (block)
    return (
      <code
        translate="no"
        className="block rounded-chip bg-surface-secondary px-2.5 py-1.5 font-mono text-help whitespace-pre-wrap [overflow-wrap:anywhere]"
      >
        {children}
      </code>
    );
  return (
    <code
      translate="no"
      title={children}
      className={cx("block min-w-0 max-w-full truncate font-mono text-help", quiet && "text-muted")}
    >
      {children}
    </code>
  );
}
