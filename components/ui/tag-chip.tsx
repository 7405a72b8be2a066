import { Tag } from "lucide-react";
import Link from "next/link";

/** A tag, as a link to everybody who has it. */
export function TagChip({ children, href }: { children: string; href?: string }) {
  const body = (
    <>
      <Tag className="size-3" strokeWidth={1.75} aria-hidden="true" />
      {children}
    </>
  );
  return href ? (
    <Link href={href} className="chip font-normal! hover:underline hover:underline-offset-4">
      {body}
    </Link>
  ) : (
    <span className="chip font-normal!">{body}</span>
  );
}
