import Link from "next/link";

export type Pulse = {
  state: "sending" | "idle" | "held" | "stopped";
  /** "Sending 6 a second", "Nothing to send", "Held by an administrator since 14:02". */
  text: string;
  /** "16,083 waiting. Next: warm-up caps open 08:00". */
  detail?: string | undefined;
  /** The live campaign, or Lanes. */
  href?: string | undefined;
};

/** What the mail system does now, in one sentence and one line. */
export function MailPulse({ pulse }: { pulse: Pulse }) {
  const body = (
    <>
      <span className="flex items-center gap-2 text-table font-medium">
        <span className="pulse-dot" data-state={pulse.state} aria-hidden="true" />
        {pulse.text}
      </span>
      {pulse.detail ? <span className="nums mt-0.5 block text-help text-muted">{pulse.detail}</span> : null}
    </>
  );
  return pulse.href ? (
    <Link href={pulse.href} className="pulse">
      {body}
    </Link>
  ) : (
    <div className="pulse">{body}</div>
  );
}
