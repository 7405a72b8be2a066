type Params = URLSearchParams | Record<string, string | string[] | undefined>;

/** Search parameters of a page as URLSearchParams. */
export function toParams(params: Params): URLSearchParams {
  if (params instanceof URLSearchParams) return new URLSearchParams(params);
  const result = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined) result.append(key, each);
  }
  return result;
}

/**
 * The same address with some parameters changed; null or "" takes one away. A changed filter goes
 * back to the first page, so `after` and `before` go unless they are what changes.
 */
export function hrefWith(
  path: string,
  params: Params,
  changes: Record<string, string | number | null | undefined>,
): string {
  const next = toParams(params);
  for (const key of ["after", "before"]) if (!(key in changes)) next.delete(key);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") next.delete(key);
    else next.set(key, String(value));
  }
  const query = next.toString();
  return query ? `${path}?${query}` : path;
}

/** Sort link of a column: first press sorts one way, the next the other. `sort` is "key" or "-key". */
export function sortLink(
  path: string,
  params: Params,
  key: string,
  options: { fallback?: string; descendingFirst?: boolean } = {},
): { href: string; direction?: "ascending" | "descending" } {
  const current = toParams(params).get("sort") ?? options.fallback;
  const up = key;
  const down = `-${key}`;
  const first = options.descendingFirst ? down : up;
  const href = hrefWith(path, params, { sort: current === first ? (first === up ? down : up) : first });
  if (current === up) return { href, direction: "ascending" };
  if (current === down) return { href, direction: "descending" };
  return { href };
}
