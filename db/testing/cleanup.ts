type Cleanup = () => Promise<void> | void;

const pending: Cleanup[] = [];

/** Runs the given at the end of this test file, last added first; cheap to import, unlike what it cleans up. */
export function onFileEnd(cleanup: Cleanup): void {
  pending.push(cleanup);
}

/** Called once by `setup.ts`. */
export async function runCleanups(): Promise<void> {
  for (const cleanup of pending.splice(0).reverse()) await cleanup();
}
