import type { NextRequest } from "next/server";
import { CoreError } from "#core/platform/context.ts";
import { mayListen } from "#core/workspace/may-listen.ts";
import type { UserCtx } from "../../_server/authorize.ts";
import { liveHub } from "../../_server/live.ts";
import { userRoute } from "../../_server/route.ts";
import { currentSession } from "../../_server/session.ts";

export const dynamic = "force-dynamic";

const BEAT_MS = 12_000;
/** At most one event a second and topic, the last change always told. */
const LEAST_GAP_MS = 1000;
const MOST_TOPICS = 5;

async function allowedTopics(ctx: UserCtx, request: NextRequest): Promise<string[]> {
  const session = await currentSession();
  const topics = [...new Set(request.nextUrl.searchParams.getAll("topic"))].slice(0, MOST_TOPICS);
  if (!session || topics.length === 0) throw new CoreError("invalid", "Name a topic.");
  for (const topic of topics) {
    if (!(await mayListen(ctx, { userId: session.id, isAdministrator: session.isAdministrator, topic }))) {
      throw new CoreError("not-found", "There is no such topic.");
    }
  }
  return topics;
}

/** For pages whose stream broke: whether asking again makes sense. */
export const HEAD = userRoute(async (ctx, request) => {
  await allowedTopics(ctx, request);
  return new Response(null, { status: 204 });
});

/**
 * Server-sent events: a message with the topic as data after each change, and `ping` in between. `since` is when the
 * page was made; what may have changed from then until now is told at once.
 */
export const GET = userRoute(async (ctx, request) => {
  const topics = await allowedTopics(ctx, request);
  const since = Number(request.nextUrl.searchParams.get("since") ?? Number.NaN);
  const stops: (() => void)[] = [];
  const stop = () => {
    for (const one of stops.splice(0)) one();
  };
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (text: string) => controller.enqueue(new TextEncoder().encode(text));
      const beat = setInterval(() => send("event: ping\ndata: 1\n\n"), BEAT_MS);
      stops.push(() => clearInterval(beat));
      request.signal.addEventListener("abort", () => {
        stop();
        try {
          controller.close();
        } catch {
          // Cancelled already.
        }
      });
      send("retry: 3000\n\n");
      for (const topic of topics) {
        const tell = throttled(() => send(`data: ${topic}\n\n`));
        stops.push(tell.stop);
        const unsubscribe = await liveHub().subscribe(topic, tell.call);
        // Gone while we were connecting.
        if (request.signal.aborted) unsubscribe();
        else stops.push(unsubscribe);
        if (liveHub().mayHaveChanged(topic, since)) tell.call();
      }
      if (request.signal.aborted) stop();
      else send("event: ping\ndata: 1\n\n");
    },
    cancel: stop,
  });
  return new Response(stream, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    },
  });
});

function throttled(tell: () => void): { call: () => void; stop: () => void } {
  let last = 0;
  let timer: NodeJS.Timeout | undefined;
  const run = () => {
    timer = undefined;
    last = Date.now();
    tell();
  };
  return {
    call: () => {
      if (timer) return;
      const wait = last + LEAST_GAP_MS - Date.now();
      if (wait <= 0) run();
      else timer = setTimeout(run, wait);
    },
    stop: () => clearTimeout(timer),
  };
}
