import { Checkbox } from "#components/ui/choice.tsx";
import { ActionForm } from "#components/ui/form.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { SubmitButton } from "#components/ui/submit-button.tsx";

/** Whether opens and clicks of new campaigns are counted. */
export function TrackingForm({
  action,
  trackOpens,
  trackClicks,
  readOnly,
}: {
  action: FormAction;
  trackOpens: boolean;
  trackClicks: boolean;
  readOnly: boolean;
}) {
  return (
    <ActionForm action={action} success="Saved" label="Tracking">
      <fieldset disabled={readOnly} className="contents">
        <Checkbox
          name="trackOpens"
          label="Count opens"
          help="An invisible picture at the end of the mail. Many mail programs fetch it by themselves, so opens are a hint, not a count of readers."
          defaultChecked={trackOpens}
        />
        <Checkbox
          name="trackClicks"
          label="Count clicks"
          help="Links lead over this server and on to where they point. Clicks by scanners are kept apart from people's."
          defaultChecked={trackClicks}
        />
        {readOnly ? (
          <p className="text-help text-muted">Only owners change this.</p>
        ) : (
          <div>
            <SubmitButton>Save</SubmitButton>
          </div>
        )}
      </fieldset>
    </ActionForm>
  );
}
