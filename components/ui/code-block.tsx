import { CopyButton } from "./copy-button.tsx";

/** Text to copy elsewhere: a DNS record, a snippet, an SMTP talk. */
export function CodeBlock({ children, copy, label }: { children: string; copy?: boolean; label: string }) {
  return (
    <div className="relative min-w-0 rounded-control bg-surface-secondary">
      <section
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keys
        tabIndex={0}
        className="max-h-96 overflow-auto rounded-control"
      >
        <pre
          translate="no"
          className={`p-3 font-mono text-help whitespace-pre-wrap [overflow-wrap:anywhere] ${copy ? "pr-24" : ""}`}
        >
          {children}
        </pre>
      </section>
      {copy ? (
        <div className="absolute top-1 right-1">
          <CopyButton text={children} />
        </div>
      ) : null}
    </div>
  );
}
