import { RotateCcw } from "lucide-react";
import { ConfirmButton } from "#components/ui/confirm-dialog.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { formatPeople } from "#components/ui/format.ts";
import type { RecipientFilter } from "#core/campaign/report/recipient-filter.ts";

/** Tries those of a finished campaign again that the filter shows, as far as another try could help. */
export function RetryButton({
  n,
  filter,
  campaignId,
  hours,
  action,
  goTo,
}: {
  n: number;
  filter: RecipientFilter;
  campaignId: number;
  /** How long the campaign may send from then on. */
  hours: number;
  action: FormAction;
  goTo: string;
}) {
  const given = Object.entries(filter).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)] as const],
  );
  return (
    <ConfirmButton
      label={`Try ${formatPeople(n)} again…`}
      icon={<RotateCcw />}
      danger={filter.state === "uncertain"}
      title={`Try ${formatPeople(n)} again?`}
      action={action}
      values={{ ...Object.fromEntries(given), campaignId: String(campaignId), expected: String(n) }}
      confirmLabel={`Try ${formatPeople(n)} again`}
      success="They wait for their turn again."
      goTo={goTo}
    >
      <p>
        {filter.state === "uncertain"
          ? "Nobody knows whether they got it, so some may get it twice. The Message-ID is the same, which lets many servers drop the second one. "
          : "The same mail goes to them once more. "}
        The campaign sends for up to {hours} hours from now. Consent and suppressions are asked again before
        each.
      </p>
      {filter.state === "bounced" ? (
        <p>Left out: addresses that do not exist, and domains that take no mail.</p>
      ) : null}
    </ConfirmButton>
  );
}
