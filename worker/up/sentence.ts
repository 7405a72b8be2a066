/** Something a person has to mend, told in plain words instead of a stack. */
export class Sentence extends Error {
  override name = "Sentence";
}

/** The words for a failure: known kinds keep their sentence, a missing permission gets one, the rest shows its stack. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (["Sentence", "EnvError", "MigrateError"].includes(error.name)) return error.message;
  const { code, path } = error as NodeJS.ErrnoException;
  if ((code === "EACCES" || code === "EPERM" || code === "EROFS") && path) {
    return `Missing permission: ${path} cannot be written or run by this user (${code}).`;
  }
  if (code === "ENOSPC") return "The disk is full.";
  if (error.message.includes("embedded PostgreSQL") || error.message.includes("DATABASE_URL"))
    return error.message;
  return error.stack ?? error.message;
}
