import { countOf, formatNumber } from "#components/ui/format.ts";
import { Select } from "#components/ui/select.tsx";
import type { PoolRow } from "#core/source/read.ts";

/** The inside of the dialog that moves a campaign: what it will do, and where to. */
export function MoveFields({ pools, from, rest }: { pools: PoolRow[]; from: number; rest: number }) {
  const sending = (pool: PoolRow) => pool.sources.filter((source) => source.state === "active").length;
  return (
    <>
      <p>
        {rest === 1 ? "The one who waits goes" : `The ${formatNumber(rest)} who wait go`} by the sources of
        the pool you choose, retries too. What is in flight will finish where it is. Nobody is lost, and
        nobody gets it twice.
      </p>
      <Select
        name="poolId"
        label="Pool"
        options={pools
          .filter((pool) => pool.id !== from)
          .map((pool) => ({
            value: String(pool.id),
            label:
              sending(pool) > 0
                ? `${pool.name} (${countOf(sending(pool), "source sends", "sources send")})`
                : pool.sources.length > 0
                  ? `${pool.name} (none sends now: it will wait)`
                  : `${pool.name} (has no source)`,
            disabled: pool.sources.length === 0,
          }))}
      />
    </>
  );
}
