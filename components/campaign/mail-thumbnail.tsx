import "./campaign.css";

/** A mail, small: the true HTML in a frame without scripts, that cannot be reached. */
export function MailThumbnail({ html, className }: { html: string; className?: string }) {
  return (
    <span className={`mail-thumbnail ${className ?? ""}`} aria-hidden="true" inert>
      <iframe
        title="Picture of the mail"
        sandbox=""
        srcDoc={html}
        tabIndex={-1}
        loading="lazy"
        scrolling="no"
      />
    </span>
  );
}
