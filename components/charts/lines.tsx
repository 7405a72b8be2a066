"use client";

import {
  CartesianGrid,
  Line,
  LineChart,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { ChartTooltip, LineLabel, tick } from "./chart-parts.tsx";
import type { ChartRow } from "./stacked-bars.tsx";
import { axisText, axisWidth, niceTicks, type Unit } from "./unit.ts";

export type LineSeries = {
  key: string;
  label: string;
  /** Without a colour the line is grey and dashed: context for the one in focus. */
  colour?: string;
  dash?: string;
};

/** Lines over time, named at their ends where there are three or fewer. Gaps stay gaps. */
export function Lines({
  data,
  x,
  series,
  height = 220,
  unit = "count",
  references = [],
  max,
  names = series.length <= 3,
}: {
  data: Record<string, string | number | null>[];
  x: string;
  series: LineSeries[];
  height?: number;
  unit?: Unit;
  /** "0.1 % stay below". */
  references?: { y: number; label: string; tone?: "muted" | "warning" | "danger" }[];
  /** The least top of the scale. */
  max?: number;
  names?: boolean;
}) {
  const values = data.flatMap((row) => series.map((each) => Number(row[each.key] ?? 0)));
  const most = Math.max(max ?? 0, ...values, ...references.map((line) => line.y));
  const ticks = niceTicks(Math.min(0, ...values), most, unit === "count");
  const room = names ? Math.max(...series.map((each) => each.label.length)) * 6.8 + 12 : 8;
  const last = (key: string) => data.findLastIndex((row) => row[key] !== null && row[key] !== undefined);
  return (
    <ResponsiveContainer width="100%" height={height}>
      <LineChart
        data={data as ChartRow[]}
        accessibilityLayer={false}
        margin={{ top: 10, right: room, bottom: 0, left: 0 }}
      >
        <CartesianGrid vertical={false} stroke="var(--grid)" />
        <XAxis
          dataKey={x}
          tick={tick}
          tickLine={false}
          axisLine={false}
          interval="equidistantPreserveStart"
          minTickGap={36}
          tickMargin={6}
        />
        <YAxis
          tick={tick}
          tickLine={false}
          axisLine={false}
          ticks={ticks}
          domain={[ticks[0] ?? 0, ticks.at(-1) ?? 1]}
          width={axisWidth(ticks, unit)}
          tickFormatter={(value: number) => axisText(value, unit)}
        />
        <Tooltip
          cursor={{ stroke: "var(--border)" }}
          isAnimationActive={false}
          content={(props) => (
            <ChartTooltip active={props.active} payload={props.payload} label={props.label} unit={unit} />
          )}
        />
        {series.map((each) => {
          const end = last(each.key);
          return (
            <Line
              key={each.key}
              type="linear"
              dataKey={each.key}
              name={each.label}
              stroke={each.colour ?? "var(--field-border)"}
              strokeWidth={each.colour ? 2 : 1.5}
              strokeDasharray={each.dash ?? (each.colour ? undefined : "3 3")}
              connectNulls={false}
              activeDot={{ r: 3 }}
              isAnimationActive={false}
              dot={
                names
                  ? (props: { cx?: number; cy?: number; index?: number }) => (
                      <g key={`${each.key}-${props.index}`}>
                        {props.index === end ? (
                          <EndName
                            x={props.cx ?? 0}
                            y={props.cy ?? 0}
                            text={each.label}
                            strong={Boolean(each.colour)}
                          />
                        ) : null}
                      </g>
                    )
                  : false
              }
            />
          );
        })}
        {references.map((line) => (
          <ReferenceLine
            key={line.label}
            y={line.y}
            stroke={`var(--${line.tone ?? "muted"})`}
            strokeDasharray={line.tone === "danger" ? undefined : "4 3"}
            label={<LineLabel text={line.label} />}
          />
        ))}
      </LineChart>
    </ResponsiveContainer>
  );
}

function EndName({ x, y, text, strong }: { x: number; y: number; text: string; strong: boolean }) {
  return (
    <text
      x={x + 6}
      y={y + 4}
      fontSize={11.5}
      fontWeight={strong ? 600 : 400}
      fill={strong ? "var(--foreground)" : "var(--muted)"}
    >
      {text}
    </text>
  );
}
