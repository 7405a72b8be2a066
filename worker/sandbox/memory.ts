/** A map that forgets its oldest entries: greylists and first times are remembered, memory stays bounded. */
export class BoundedMap<V> {
  #map = new Map<string, V>();
  #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  get(key: string): V | undefined {
    return this.#map.get(key);
  }

  set(key: string, value: V): void {
    this.#map.set(key, value);
    if (this.#map.size <= this.#size) return;
    for (const oldest of this.#map.keys()) {
      this.#map.delete(oldest);
      break;
    }
  }
}
