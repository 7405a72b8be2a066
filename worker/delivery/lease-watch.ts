/**
 * Who has not renewed a lease for as long as one lasts, by this process's own time. When the database's clock leaps, all
 * leases have run out at once, and the first who notices would bury everybody else alive.
 */
export class LeaseWatch {
  readonly #leaseMs: number;
  readonly #seen = new Map<number, { until: string; since: number }>();

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
  }

  /** `leases`: when each ends, by worker; only whether it changes counts. `now` of performance.now(). Returns the silent ones. */
  see(leases: ReadonlyMap<number, string>, now: number): number[] {
    for (const id of this.#seen.keys()) if (!leases.has(id)) this.#seen.delete(id);
    const silent: number[] = [];
    for (const [id, until] of leases) {
      const known = this.#seen.get(id);
      if (known?.until !== until) this.#seen.set(id, { until, since: now });
      else if (now - known.since >= this.#leaseMs) silent.push(id);
    }
    return silent;
  }
}
