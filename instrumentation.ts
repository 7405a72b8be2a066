/** Runs once in each web process, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { markClientAddresses } = await import("./app/_server/mark-client-addresses.ts");
    markClientAddresses();
  }
}
