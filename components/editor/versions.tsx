"use client";

import { useEffect, useState } from "react";
import { LiquidText } from "#components/campaign/liquid-text.tsx";
import { liquidWords } from "#components/campaign/liquid-words.ts";
import { Button } from "#components/ui/button.tsx";
import { formatDay } from "#components/ui/format.ts";
import { Time } from "#components/ui/time.tsx";
import type { VersionRow } from "#core/campaign/read-versions.ts";

type Shown = VersionRow & { preheader: string; html: string };

/** What the mail was before each save, newest first; one is looked at, and can come back. */
export function Versions({
  url,
  zone,
  canRestore,
  onRestore,
  onClose,
}: {
  url: string;
  zone: string;
  canRestore: boolean;
  onRestore: (version: number) => Promise<void>;
  onClose: () => void;
}) {
  const [rows, setRows] = useState<VersionRow[] | null>(null);
  const [chosen, setChosen] = useState<number | null>(null);
  const [shown, setShown] = useState<Shown | null>(null);
  const [trouble, setTrouble] = useState(false);
  const [restoring, setRestoring] = useState(false);

  useEffect(() => {
    const abort = new AbortController();
    read<{ versions: VersionRow[] }>(url, abort.signal)
      .then(({ versions }) => {
        setRows(versions);
        setChosen(versions[0]?.revision ?? null);
      })
      .catch(() => !abort.signal.aborted && setTrouble(true));
    return () => abort.abort();
  }, [url]);
  useEffect(() => {
    if (chosen === null) return;
    const abort = new AbortController();
    setShown(null);
    read<{ version: Shown }>(`${url}?version=${chosen}`, abort.signal)
      .then(({ version }) => setShown(version))
      .catch(() => !abort.signal.aborted && setTrouble(true));
    return () => abort.abort();
  }, [url, chosen]);

  return (
    <section className="versions" aria-label="Versions">
      <div className="versions-head">
        <h2 className="text-panel font-semibold">Versions</h2>
        <Button size="small" onClick={onClose}>
          Back to the mail
        </Button>
      </div>
      {trouble ? <p role="alert">The versions could not be loaded. The draft itself is safe.</p> : null}
      {rows?.length === 0 ? (
        <p className="text-muted">
          None yet. Each save keeps what it replaces: all of the last minutes, then one in five minutes.
        </p>
      ) : null}
      {rows && rows.length > 0 ? (
        <div className="versions-body">
          <ul className="versions-list">
            {rows.map((row) => (
              <li key={row.revision}>
                <button
                  type="button"
                  aria-current={row.revision === chosen ? "true" : undefined}
                  onClick={() => setChosen(row.revision)}
                >
                  <Time at={row.at} zone={zone} as={isToday(row.at, zone) ? "second" : "moment"} />
                  <span className="truncate text-help text-muted">
                    {row.by ? `${row.by}, ` : ""}
                    {row.subject ? <LiquidText text={row.subject} /> : "no subject"}
                  </span>
                </button>
              </li>
            ))}
          </ul>
          <div className="grid content-start gap-3">
            {shown ? (
              <>
                <div className="flex flex-wrap items-center justify-between gap-2">
                  <p className="min-w-0">
                    <strong>{shown.subject ? <LiquidText text={shown.subject} /> : "No subject"}</strong>{" "}
                    <span className="text-muted">
                      <LiquidText text={shown.preheader} />
                    </span>
                  </p>
                  {canRestore ? (
                    <Button
                      variant="primary"
                      size="small"
                      pending={restoring}
                      onClick={async () => {
                        setRestoring(true);
                        await onRestore(shown.revision);
                        setRestoring(false);
                      }}
                    >
                      Restore this version
                    </Button>
                  ) : null}
                </div>
                <iframe
                  title="The mail as it was"
                  sandbox=""
                  srcDoc={liquidWords(shown.html)}
                  className="preview-frame"
                />
              </>
            ) : null}
          </div>
        </div>
      ) : null}
    </section>
  );
}

/** Versions of a day are minutes apart or less: seconds tell them apart. */
const isToday = (at: string, zone: string): boolean => {
  const now = new Date();
  return formatDay(new Date(at), zone, now) === formatDay(now, zone, now);
};

async function read<T>(url: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(url, { signal });
  const answer = (await response.json()) as ({ ok: true } & T) | { ok: false };
  if (!answer.ok) throw new Error("refused");
  return answer;
}
