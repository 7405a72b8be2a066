import { execFileSync, spawnSync } from "node:child_process";

/** The operating-system user that PostgreSQL runs as, in the form `spawn` takes; empty for "the same as us". */
export interface OsUser {
  uid?: number;
  gid?: number;
}

/**
 * PostgreSQL refuses to run as root, so root hands over to `postgres`, else to `nobody`.
 * Anybody else runs it as themselves.
 */
export function chooseOsUser(): OsUser {
  if (process.getuid?.() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    const uid = readId("-u", name);
    const gid = readId("-g", name);
    if (uid !== undefined && gid !== undefined && uid !== 0) return { uid, gid };
  }
  return { uid: 65_534, gid: 65_534 };
}

function readId(flag: "-u" | "-g", name: string): number | undefined {
  try {
    const id = Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"] }).toString());
    return Number.isInteger(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** Whether that user can enter and write the folder: the only honest test is to try it as them. */
export function canWriteFolder(folder: string, user: OsUser): boolean {
  const tried = spawnSync("/bin/sh", ["-c", 'cd "$1" && test -w . && test -x .', "sh", folder], {
    ...user,
    cwd: "/",
    stdio: "ignore",
  });
  return tried.status === 0;
}

/** Whether that user can run the program (a folder above it may be closed, or mounted noexec). */
export function canRun(program: string, user: OsUser): boolean {
  return spawnSync(program, ["--version"], { ...user, cwd: "/", stdio: "ignore" }).status === 0;
}
