import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/text-field.tsx";

export type SignUpFormView = {
  heading: string;
  promise: string;
  wording: string;
  buttonLabel: string;
  lists: { name: string; description: string }[];
  fields: { key: string; label: string; type: "text" | "number" | "date" | "boolean" }[];
};

/** A sign-up form as visitors see it: plain HTML that works without a script. Also the preview in the studio. */
export function SignUpForm({
  form,
  action,
  problem,
  address,
  asHeading: Heading = "h1",
}: {
  form: SignUpFormView;
  action: string;
  problem?: string;
  address?: string;
  /** In a preview the page has another h1. */
  asHeading?: "h1" | "h3";
}) {
  return (
    <>
      <div className="grid gap-2">
        <Heading className="text-title font-semibold">{form.heading}</Heading>
        {form.promise ? <p className="whitespace-pre-line text-muted">{form.promise}</p> : null}
      </div>
      {form.lists.length > 1 || form.lists.some((list) => list.description) ? (
        <ul className="grid gap-2">
          {form.lists.map((list) => (
            <li key={list.name} className="grid">
              <span className="font-medium">{list.name}</span>
              {list.description ? <span className="text-body text-muted">{list.description}</span> : null}
            </li>
          ))}
        </ul>
      ) : null}
      {problem ? (
        <p role="alert" className="rounded-control bg-danger-soft p-3 text-t-danger">
          {problem}
        </p>
      ) : null}
      <form method="post" action={action} className="grid gap-4">
        <TextField
          name="address"
          label="E-mail address"
          type="email"
          autoComplete="email"
          inputMode="email"
          required
          maxLength={254}
          defaultValue={address}
        />
        {form.fields.map((field) => (
          <TextField
            key={field.key}
            name={`attr_${field.key}`}
            label={field.label}
            type={field.type === "number" ? "number" : field.type === "date" ? "date" : "text"}
            optional
            maxLength={2000}
          />
        ))}
        {/* People do not see this field; programs fill it in and give themselves away. */}
        <div className="absolute -left-[10000px]" aria-hidden="true">
          <label>
            Leave this empty
            <input name="website" tabIndex={-1} autoComplete="off" />
          </label>
        </div>
        <label className="flex items-start gap-3">
          <input type="checkbox" name="consent" required className="check mt-1" />
          <span className="text-body">{form.wording}</span>
        </label>
        <Button type="submit" variant="primary" wide>
          {form.buttonLabel}
        </Button>
      </form>
    </>
  );
}
