import { FilterChips } from "#components/ui/filter-chips.tsx";
import { hrefWith } from "#components/ui/href.ts";
import { Menu } from "#components/ui/menu.tsx";
import { DEEDS, type RecipientFilter, STATES } from "#core/campaign/report/recipient-filter.ts";
import { VERDICTS } from "#core/mail/reply/types.ts";

const PLACE_WORDS = {
  ahead: "ready for their turn",
  due: "a turn of their own",
  flight: "in flight",
} as const;

/** The filters of the recipients' table: what is set as words, and menus for more. */
export function RecipientFilters({
  filter,
  path,
  query,
  providers,
  links,
}: {
  filter: RecipientFilter;
  path: string;
  query: Record<string, string | string[] | undefined>;
  /** Those of this campaign. */
  providers: { bucket: number | "small"; name: string }[];
  links: { n: number; url: string }[];
}) {
  const chip = (key: keyof RecipientFilter, field: string, value: string) =>
    filter[key] === undefined
      ? []
      : [{ key, field, relation: "is", value, removeHref: hrefWith(path, query, { [key]: null }) }];
  const add = (key: keyof RecipientFilter, value: string | number) => hrefWith(path, query, { [key]: value });
  const menu = (
    label: string,
    key: keyof RecipientFilter,
    options: { value: string | number; label: string }[],
  ) => (
    <Menu
      name={`Filter by ${label.toLowerCase()}`}
      label={label}
      variant="ghost"
      size="small"
      items={options.map((one) => ({
        id: String(one.value),
        label: one.label,
        href: add(key, one.value),
      }))}
    />
  );
  const same = (values: readonly string[]) =>
    values.map((value) => ({ value, label: value.replaceAll("-", " ") }));
  return (
    <>
      <FilterChips
        chips={[
          ...chip("state", "State", filter.state ?? ""),
          ...chip("place", "Waiting", filter.place ? PLACE_WORDS[filter.place] : ""),
          ...chip("verdict", "Verdict", filter.verdict?.replaceAll("-", " ") ?? ""),
          ...chip("did", "Who", filter.did ?? ""),
          ...chip("by", "Opened or clicked by", filter.by === "human" ? "people" : `a ${filter.by}`),
          ...chip("why", "Because", filter.why ?? ""),
          ...chip("link", "Link", links.find((link) => link.n === filter.link)?.url ?? String(filter.link)),
          ...chip(
            "bucket",
            "Provider",
            providers.find((row) => row.bucket === filter.bucket)?.name ?? String(filter.bucket),
          ),
          ...chip("same", "Reply", `the one of recipient ${filter.same}`),
        ]}
      />
      <span className="flex flex-wrap">
        {menu("State", "state", same(STATES))}
        {menu("Verdict", "verdict", same(VERDICTS))}
        {menu(
          "Provider",
          "bucket",
          providers.map((row) => ({ value: row.bucket, label: row.name })),
        )}
        {menu("Who", "did", same(DEEDS))}
        {links.length > 0
          ? menu(
              "Link",
              "link",
              links.map((link) => ({ value: link.n, label: link.url })),
            )
          : null}
      </span>
    </>
  );
}
