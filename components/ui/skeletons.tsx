import type { ReactNode } from "react";

/** Pages before their data is there, in their true layout. Bones show after 200 ms: what is faster does not flicker. */

const Bone = ({ className }: { className: string }) => <div className={`skeleton ${className}`} />;
const many = (n: number): number[] => Array.from({ length: n }, (_, each) => each);

function Frame({ children }: { children: ReactNode }) {
  return (
    <div className="page" role="status">
      <span className="sr-only">Loading</span>
      <div className="mb-4 grid gap-2" aria-hidden="true">
        <Bone className="h-7 w-48" />
        <Bone className="h-4 w-80 max-w-full" />
      </div>
      <div className="stack" aria-hidden="true">
        {children}
      </div>
    </div>
  );
}

function Rows({ n }: { n: number }) {
  return (
    <div className="panel grid gap-0 py-2">
      {many(n).map((row) => (
        <div key={row} className="flex h-10 items-center gap-6 px-4">
          <Bone className="h-4 w-2/5" />
          <Bone className="h-4 w-20 max-md:hidden" />
          <Bone className="ml-auto h-4 w-14" />
          <Bone className="h-4 w-14 max-md:hidden" />
        </div>
      ))}
    </div>
  );
}

function Block({ height }: { height: string }) {
  return (
    <div className="panel grid gap-4 p-4">
      <Bone className="h-5 w-40" />
      <Bone className={`w-full ${height}`} />
    </div>
  );
}

/** A toolbar over a table. */
export function TableSkeleton() {
  return (
    <Frame>
      <div className="flex gap-2">
        <Bone className="h-8 w-64 max-w-[60%]" />
        <Bone className="h-8 w-24" />
      </div>
      <Rows n={12} />
    </Frame>
  );
}

/** Panels at the left, shorter ones at the right. */
export function SplitSkeleton() {
  return (
    <Frame>
      <div className="split">
        <div className="stack">
          <Block height="h-16" />
          <Rows n={5} />
          <Block height="h-52" />
        </div>
        <div className="stack">
          <Block height="h-32" />
          <Block height="h-32" />
        </div>
      </div>
    </Frame>
  );
}

/** A row of numbers, charts, a table. */
export function ChartsSkeleton() {
  return (
    <Frame>
      <div className="panel stat-row" style={{ "--stats": 5 } as React.CSSProperties}>
        {many(5).map((stat) => (
          <div key={stat} className="grid gap-2 p-4">
            <Bone className="h-4 w-20" />
            <Bone className="h-6 w-16" />
          </div>
        ))}
      </div>
      <div className="split">
        <Block height="h-56" />
        <Block height="h-56" />
      </div>
      <Rows n={6} />
    </Frame>
  );
}

const Cards = () =>
  many(2).map((card) => (
    <div key={card} className="panel grid max-w-3xl gap-5 p-4">
      {many(3).map((field) => (
        <div key={field} className="grid gap-2">
          <Bone className="h-4 w-32" />
          <Bone className="h-9 w-full max-w-md" />
        </div>
      ))}
    </div>
  ));

/** Cards of fields, one below the other. */
export function FormSkeleton() {
  return (
    <Frame>
      <Cards />
    </Frame>
  );
}

/** The same below a head and tabs that stand already. */
export function CardsSkeleton() {
  return (
    <div role="status">
      <span className="sr-only">Loading</span>
      <div className="stack" aria-hidden="true">
        <Cards />
      </div>
    </div>
  );
}

/** One large thing: an editor, or a report. */
export function SheetSkeleton() {
  return (
    <Frame>
      <Block height="h-[60dvh]" />
    </Frame>
  );
}

/** Cards with pictures. */
export function GallerySkeleton() {
  return (
    <Frame>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(220px,1fr))] gap-4">
        {many(6).map((card) => (
          <Block key={card} height="h-48" />
        ))}
      </div>
    </Frame>
  );
}
