import type { BulkKind, BulkOptions } from "./types.ts";

const thousands = new Intl.NumberFormat("en");
const people = (n: number): string => (n === 1 ? "1 person" : `${thousands.format(n)} people`);

type Act = { kind: BulkKind; options: BulkOptions; changed: number };

/** What an act has done, as a sentence. */
export function describeDone({ kind, options, changed }: Act): string {
  const who = people(changed);
  switch (kind) {
    case "tag":
      return `${who} got the tag ${options.tag}.`;
    case "untag":
      return `${who} lost the tag ${options.tag}.`;
    case "add-to-list":
      return `${who} joined ${options.listName}. Who had left it, or is suppressed, stays out.`;
    case "unsubscribe":
      return `${who} unsubscribed.`;
    case "erase":
      return `${who} erased.`;
  }
}

/** What an act does, as a title: "Add the tag VIP". */
export function describeAct({ kind, options }: Pick<Act, "kind" | "options">): string {
  switch (kind) {
    case "tag":
      return `Add the tag ${options.tag}`;
    case "untag":
      return `Remove the tag ${options.tag}`;
    case "add-to-list":
      return `Add to ${options.listName}`;
    case "unsubscribe":
      return "Unsubscribe from all lists";
    case "erase":
      return "Erase";
  }
}
