import { ListPlus, MailX, Tag, TagsIcon, UserX } from "lucide-react";
import type { ReactNode } from "react";
import { Engagement } from "#components/charts/sparkbars.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { sortLink } from "#components/ui/href.ts";
import type { PagerProps } from "#components/ui/pager.tsx";
import { Select } from "#components/ui/select.tsx";
import { type BulkAction, SelectTable } from "#components/ui/select-table.tsx";
import { TextArea, TextField } from "#components/ui/text-field.tsx";
import { Time } from "#components/ui/time.tsx";
import type { SubscriberRow } from "#core/subscriber/read.ts";
import { StandingChip } from "./standing-chip.tsx";

type Query = Record<string, string | string[] | undefined>;

/** The people that match, with what can be done to many at once. */
export function SubscriberTable(props: {
  rows: SubscriberRow[];
  path: string;
  query: Query;
  zone: string;
  matching: number | null;
  actions: {
    addTag: FormAction;
    removeTag: FormAction;
    addToList: FormAction;
    unsubscribe: FormAction;
    erase: FormAction;
  } | null;
  lists: { id: number; name: string }[];
  /** Exports what the filter of the page shows; `id` names people one by one. */
  exportHref: string;
  pager: PagerProps;
  empty: ReactNode;
}) {
  const { rows, path, query, zone } = props;
  return (
    <SelectTable
      caption="Subscribers"
      rows={rows.map((row) => ({
        id: String(row.id),
        name: row.address,
        href: `${path}/${row.id}`,
        cells: {
          address: (
            <>
              {row.address} <span className="ml-1 font-normal text-muted">{row.name}</span>
            </>
          ),
          standing: <StandingChip standing={row.standing} />,
          lists: row.lists.join(", ") || "none",
          engagement: <Engagement level={row.engagement} />,
          click: row.lastClickedAt ? (
            <Time at={row.lastClickedAt} zone={zone} now={new Date()} />
          ) : (
            <span className="text-muted">no click yet</span>
          ),
          joined: <Time at={row.createdAt} zone={zone} as="day" now={new Date()} />,
          origin: row.origin,
        },
      }))}
      columns={[
        {
          key: "address",
          head: "Subscriber",
          sort: sortLink(path, query, "address", { fallback: "-joined" }),
        },
        { key: "standing", head: "Standing" },
        { key: "lists", head: "Lists" },
        { key: "engagement", head: "Engagement", phone: "hide" },
        {
          key: "click",
          head: "Last click",
          sort: sortLink(path, query, "click", { fallback: "-joined", descendingFirst: true }),
        },
        {
          key: "joined",
          head: "Joined",
          phone: "hide",
          sort: sortLink(path, query, "joined", { fallback: "-joined", descendingFirst: true }),
        },
        { key: "origin", head: "Came from", quiet: true, phone: "hide" },
      ]}
      exportHref={props.exportHref}
      actions={props.actions ? bulkActions(props.actions, props.lists) : []}
      matching={props.matching}
      filter={new URLSearchParams(
        Object.entries(query).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])),
      ).toString()}
      pager={props.pager}
      empty={props.empty}
    />
  );
}

function bulkActions(
  actions: NonNullable<Parameters<typeof SubscriberTable>[0]["actions"]>,
  lists: { id: number; name: string }[],
): BulkAction[] {
  return [
    {
      id: "tag",
      label: "Add tag",
      icon: <Tag />,
      action: actions.addTag,
      title: "Tag {count}",
      confirmLabel: "Add the tag",
      body: <TextField name="tag" label="Tag" required maxLength={60} />,
    },
    {
      id: "untag",
      label: "Remove tag",
      icon: <TagsIcon />,
      action: actions.removeTag,
      title: "Take a tag from {count}",
      confirmLabel: "Remove the tag",
      body: <TextField name="tag" label="Tag" required maxLength={60} />,
    },
    {
      id: "list",
      label: "Add to list",
      icon: <ListPlus />,
      action: actions.addToList,
      title: "Put {count} on a list",
      confirmLabel: "Add {count}",
      body: (
        <>
          <Select
            name="listId"
            label="List"
            options={lists.map((list) => ({ value: String(list.id), label: list.name }))}
          />
          <TextArea
            name="note"
            label="How they agreed"
            help="Stored with each of them as proof."
            required
            rows={2}
            maxLength={1000}
          />
        </>
      ),
    },
    {
      id: "unsubscribe",
      label: "Unsubscribe",
      icon: <MailX />,
      danger: true,
      action: actions.unsubscribe,
      title: "Unsubscribe {count} from all lists?",
      confirmLabel: "Unsubscribe {count}",
      body: (
        <p>
          They get no campaign any more. Only they themselves, or a new note of consent, bring them back. You
          can undo this for 30 days.
        </p>
      ),
    },
    {
      id: "erase",
      label: "Erase…",
      icon: <UserX />,
      danger: true,
      typeCount: true,
      action: actions.erase,
      title: "Erase {count}?",
      confirmLabel: "Erase {count}",
      body: (
        <p>
          Their data goes, a one-way mark stays so that no import brings them back. Reports keep their
          numbers. This cannot be undone.
        </p>
      ),
    },
  ];
}
