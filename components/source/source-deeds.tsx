import { EmptyState } from "#components/ui/empty-state.tsx";
import { Time } from "#components/ui/time.tsx";
import type { SourceDeed } from "#core/source/read-role.ts";

const WORDS: Record<string, string> = {
  "source.create": "Added",
  "source.change": "Settings changed",
  "source.trust": "Pinned to the certificate that it showed",
  "source.hold": "Held",
  "source.drain": "Drained: nothing new, what it held was finished",
  "source.release": "Sent again",
  "source.avoid": "Receivers that it sends nothing to changed",
  "source.suspend": "Suspended everywhere: several receivers said that it is on a block list",
};

/** Who did what to a source, newest first. */
export function SourceDeeds({ deeds }: { deeds: SourceDeed[] }) {
  if (deeds.length === 0) return <EmptyState title="Nobody has changed it yet" />;
  return (
    <ol className="grid gap-3">
      {deeds.map((deed) => (
        <li key={deed.id} className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-table">
          <span className="nums text-muted">
            <Time at={deed.at} zone="UTC" />
          </span>
          <span>
            {WORDS[deed.action] ?? deed.action}
            {deed.who ? <span className="text-muted"> ({deed.who})</span> : null}
          </span>
        </li>
      ))}
    </ol>
  );
}
