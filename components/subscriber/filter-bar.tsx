import { Plus } from "lucide-react";
import { FilterChips } from "#components/ui/filter-chips.tsx";
import { formatNumber } from "#components/ui/format.ts";
import { hrefWith } from "#components/ui/href.ts";
import { Menu } from "#components/ui/menu.tsx";
import { SearchField } from "#components/ui/search-field.tsx";
import { Toolbar } from "#components/ui/toolbar.tsx";
import { STANDINGS, type SubscriberFilter } from "#core/subscriber/filter-shape.ts";

type Named = { id: number; name: string };

/** Search, the filters that hold, and a menu with those that could. */
export function FilterBar(props: {
  path: string;
  query: Record<string, string | string[] | undefined>;
  filter: SubscriberFilter;
  lists: Named[];
  segments: Named[];
  tags: string[];
  matching: { count: number; ms: number; isMore: boolean } | null;
}) {
  const { path, query, filter, lists, segments, tags } = props;
  const without = (key: string) => hrefWith(path, query, { [key]: null });
  const nameOf = (rows: Named[], id: number | undefined) => rows.find((row) => row.id === id)?.name ?? "gone";
  const chips = [
    filter.standing
      ? {
          key: "standing",
          field: "Standing",
          relation: "is",
          value: filter.standing === "none" ? "no list" : filter.standing,
          removeHref: without("standing"),
        }
      : null,
    filter.list
      ? {
          key: "list",
          field: "List",
          relation: "is",
          value: nameOf(lists, filter.list),
          removeHref: without("list"),
        }
      : null,
    filter.segment
      ? {
          key: "segment",
          field: "Segment",
          relation: "is",
          value: nameOf(segments, filter.segment),
          removeHref: without("segment"),
        }
      : null,
    filter.tag
      ? { key: "tag", field: "Tag", relation: "is", value: filter.tag, removeHref: without("tag") }
      : null,
    filter.import
      ? {
          key: "import",
          field: "Import",
          relation: "is",
          value: `#${filter.import}`,
          removeHref: without("import"),
        }
      : null,
  ].filter((chip) => chip !== null);
  const item = (id: string, label: string, change: Record<string, string>) => ({
    id,
    label,
    href: hrefWith(path, query, change),
  });
  return (
    <Toolbar
      end={
        props.matching ? (
          <span className="text-table text-muted">
            <span className="nums font-semibold text-foreground">
              {props.matching.isMore
                ? `more than ${formatNumber(props.matching.count)}`
                : formatNumber(props.matching.count)}
            </span>{" "}
            match, {props.matching.ms} ms
          </span>
        ) : (
          <span className="text-table text-muted">Counting takes too long here</span>
        )
      }
    >
      <SearchField label="Name or address" />
      <FilterChips chips={chips}>
        <Menu
          name="Add a filter"
          label="Add filter"
          icon={<Plus />}
          variant="ghost"
          size="small"
          items={[
            ...STANDINGS.map((standing) =>
              item(`standing-${standing}`, `Standing is ${standing === "none" ? "no list" : standing}`, {
                standing,
              }),
            ),
            ...lists.map((list) =>
              item(`list-${list.id}`, `List is ${list.name}`, { list: String(list.id) }),
            ),
            ...segments.map((segment) =>
              item(`segment-${segment.id}`, `Segment is ${segment.name}`, { segment: String(segment.id) }),
            ),
            ...tags.slice(0, 12).map((tag) => item(`tag-${tag}`, `Tag is ${tag}`, { tag })),
          ]}
        />
      </FilterChips>
    </Toolbar>
  );
}
