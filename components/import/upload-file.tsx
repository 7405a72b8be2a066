"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { FileDrop } from "#components/ui/file-drop.tsx";
import { Progress } from "#components/ui/progress.tsx";

/** Uploads a file as it is chosen, with progress, and goes on to its mapping. */
export function UploadFile({ path }: { path: string }) {
  const router = useRouter();
  const [sent, setSent] = useState<{ done: number; total: number } | null>(null);
  const [problem, setProblem] = useState<string>();

  function upload(file: File) {
    setProblem(undefined);
    setSent({ done: 0, total: file.size });
    // XMLHttpRequest, because fetch does not tell how much of a body is sent.
    const request = new XMLHttpRequest();
    request.open("POST", `${path}/upload?name=${encodeURIComponent(file.name)}`);
    request.upload.onprogress = (event) => setSent({ done: event.loaded, total: file.size });
    request.onerror = () => fail("The upload broke off. Nothing was imported. Choose the file again.");
    request.onload = () => {
      const answer = read(request.responseText);
      if (answer?.ok && answer.importId) router.push(`${path}/${answer.importId}`);
      else fail(answer?.reason ?? "The file could not be taken. Nothing was imported.");
    };
    request.send(file);
  }

  function fail(reason: string) {
    setSent(null);
    setProblem(reason);
  }

  return (
    <div className="grid gap-4">
      <FileDrop
        name="file"
        label="File"
        help="CSV from Mailchimp, Brevo, HubSpot, listmonk, a spreadsheet or anything else, up to 2 GB. Delimiter and encoding are recognised."
        accept=".csv,.txt,.tsv,text/csv,text/plain"
        error={problem}
        onFile={upload}
      />
      {sent ? (
        <Progress
          label={sent.done < sent.total ? "Uploading" : "Reading the first rows"}
          done={Math.round(sent.done / 1024)}
          total={Math.max(1, Math.round(sent.total / 1024))}
          detail="Kilobytes. Keep this tab open until the file is up."
        />
      ) : null}
    </div>
  );
}

function read(text: string): { ok: boolean; importId?: number; reason?: string } | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
