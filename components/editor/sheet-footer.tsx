import { WORDS } from "#core/subscription/words.ts";

/** The foot that each mail gets, as it will look. Fixed: it holds what the law asks for. */
export function SheetFooter({
  workspaceName,
  postalAddress,
  settingsUrl,
}: {
  workspaceName: string;
  postalAddress: string;
  settingsUrl: string | undefined;
}) {
  const lines = postalAddress
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  return (
    <div
      className="mail-sheet-footer"
      title="Each mail ends with this. What the mail has itself is not repeated."
    >
      <p>{workspaceName}</p>
      {lines.length > 0 ? (
        lines.map((line) => <p key={line}>{line}</p>)
      ) : (
        <p className="mail-sheet-missing">
          No postal address yet, so nothing goes out.{" "}
          {settingsUrl ? <a href={settingsUrl}>Write it in the settings</a> : null}
        </p>
      )}
      <p>
        <span className="underline">{WORDS.unsubscribe}</span> ·{" "}
        <span className="underline">{WORDS.preferences}</span>
      </p>
    </div>
  );
}
