import type { Sql } from "postgres";
import type { LaneEventDetail, LaneEventKind } from "../lane/types.ts";

export type LaneChange = { kind: LaneEventKind; detail: LaneEventDetail; reply: string | null };

/** Keeps what the engine changed of a lane, and the reply that made it do so. */
export async function noteLaneChange(sql: Sql, laneId: number, change: LaneChange): Promise<void> {
  await sql`insert into lane_events (lane_id, kind, detail, reply)
    values (${laneId}, ${change.kind}, ${JSON.stringify(change.detail)}::text::jsonb, ${change.reply})`;
}
