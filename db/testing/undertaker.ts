import { type ChildProcess, fork } from "node:child_process";
import type { Word } from "./undertaker-process.ts";

export type Undertaker = {
  /** Ends it with this signal, should this process be gone before it. */
  careFor(process: { pid: number; signal: NodeJS.Signals }): void;
  careForChild(child: ChildProcess): void;
  /** It is gone, and its number may be another's. */
  forget(pid: number): void;
  /** Removes these too. */
  careForFolders(folders: readonly string[]): void;
  /** All is ended and removed. */
  dismiss(): void;
};

/**
 * Sees to it that a run which is broken off, however that happens, leaves no process and no folder behind: a PostgreSQL
 * is in a session of its own, and who stands still hears no signal.
 */
export function startUndertaker(): Undertaker {
  const child = fork(new URL("./undertaker-process.ts", import.meta.url), { execArgv: [] });
  child.unref();
  child.channel?.unref();
  const tell = (word: Word) => void (child.connected && child.send(word));
  return {
    careFor: ({ pid, signal }) => tell({ care: pid, signal }),
    careForChild(other) {
      const { pid } = other;
      if (pid === undefined) return;
      tell({ care: pid, signal: "SIGKILL" });
      other.once("exit", () => tell({ over: pid }));
    },
    forget: (pid) => tell({ over: pid }),
    careForFolders: (folders) => tell({ folders }),
    dismiss: () => tell({ dismissed: true }),
  };
}
