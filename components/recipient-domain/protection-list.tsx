import { formatExact } from "#components/ui/format.ts";
import { Panel } from "#components/ui/panel.tsx";
import { StatusChip } from "#components/ui/status-chip.tsx";
import type { Protection } from "#core/domain/protection.ts";

/** What a recipient domain asks of the encryption of mail to it, one panel each. */
export function ProtectionList({
  heading,
  protections,
}: {
  /** What they are about, where other things stand on the page. */
  heading: string | null;
  protections: readonly Protection[];
}) {
  return protections.map(({ about, sentences, since, until, isBarred }) => (
    <Panel
      key={about}
      title={heading ? `${heading}. ${about}` : about}
      actions={isBarred ? <StatusChip tone="warning">mail waits</StatusChip> : null}
    >
      <div className="grid max-w-[90ch] gap-2">
        {sentences.map((sentence) => (
          <p key={sentence} className="[overflow-wrap:anywhere]">
            {sentence}
          </p>
        ))}
        {since ? (
          <p className="text-help text-muted">
            So since {formatExact(since, "UTC")}
            {until ? `; it holds until ${formatExact(until, "UTC")} unless it is renewed` : ""}.
          </p>
        ) : null}
      </div>
    </Panel>
  ));
}
