"use client";

import { useState, useTransition } from "react";
import { Button } from "#components/ui/button.tsx";
import { FileDrop } from "#components/ui/file-drop.tsx";
import type { FormAction } from "#components/ui/form-types.ts";
import { showToast } from "#components/ui/show-toast.ts";

/** Uploads a picture and makes it the logo; the old one stays until the new one is there. */
export function LogoForm({
  action,
  uploadUrl,
  logoUrl,
  name,
  readOnly,
}: {
  action: FormAction;
  uploadUrl: string;
  logoUrl: string | null;
  name: string;
  readOnly: boolean;
}) {
  const [pending, start] = useTransition();
  const [trouble, setTrouble] = useState<string>();
  const [round, setRound] = useState(0);

  function setLogo(fileId: string, message: string): Promise<void> {
    const form = new FormData();
    form.set("fileId", fileId);
    return action(form).then((result) => {
      if (result?.ok === false) return setTrouble(result.reason);
      setTrouble(undefined);
      setRound((before) => before + 1);
      showToast(message);
    });
  }

  function upload(file: File) {
    start(async () => {
      const body = new FormData();
      body.set("file", file);
      try {
        const answer = await fetch(uploadUrl, { method: "POST", body });
        const result = (await answer.json()) as { ok: true; fileId: string } | { ok: false; reason: string };
        if (!result.ok) return setTrouble(result.reason);
        await setLogo(result.fileId, "The logo is set.");
      } catch {
        setTrouble("The upload did not get through. The old logo stays.");
      }
    });
  }

  return (
    <div className="grid gap-4">
      {logoUrl ? (
        <div className="flex flex-wrap items-center gap-4">
          {/* biome-ignore lint/performance/noImgElement: our own small file, drawn as it is */}
          <img
            src={logoUrl}
            alt={`Logo of ${name}`}
            className="max-h-16 max-w-48 rounded-control bg-white p-2 ring-1 ring-separator"
          />
          {readOnly ? null : (
            <Button
              variant="danger-ghost"
              pending={pending}
              onClick={() => start(() => setLogo("", "The logo is removed."))}
            >
              Remove the logo
            </Button>
          )}
        </div>
      ) : (
        <p className="text-table text-muted">No logo yet: pages and mails show the name.</p>
      )}
      {readOnly ? null : (
        <FileDrop
          key={round}
          name="logo"
          label="New logo"
          accept=".png,.jpg,.jpeg,.gif,.webp"
          maxBytes={15_000_000}
          error={trouble}
          onFile={upload}
        />
      )}
    </div>
  );
}
