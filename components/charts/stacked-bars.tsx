"use client";

import {
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { BarPiece, ChartTooltip, EventLabel, tick } from "./chart-parts.tsx";
import { axisText, axisWidth, niceTicks, type Unit } from "./unit.ts";
import { wholeSteps } from "./whole-steps.ts";

export type BarSeries = {
  key: string;
  label: string;
  /** A CSS colour: outcomeColour("accepted"). */
  colour: string;
};

type BarShape = { x?: number; y?: number; width?: number; height?: number };

export type ChartRow = Record<string, string | number>;

/**
 * Bars over time, stacked from the bottom in the order of `series`. Negative values hang below the
 * line. At most 120 rows: sum up in SQL.
 */
export function StackedBars({
  data,
  x,
  series,
  height = 220,
  unit = "count",
  events = [],
  step,
  max,
}: {
  data: ChartRow[];
  /** Key of the label below each bar. */
  x: string;
  series: BarSeries[];
  height?: number;
  unit?: Unit;
  /** Dashed lines at an x, with a word. */
  events?: { x: string; label: string }[];
  /** A step line over the bars, for what was allowed. */
  step?: { key: string; label: string };
  /** The least top of the scale. */
  max?: number;
}) {
  const sums = data.map((row) => {
    const values = series.map((each) => Number(row[each.key] ?? 0));
    return {
      up: values.reduce((sum, value) => sum + Math.max(0, value), 0),
      down: values.reduce((sum, value) => sum + Math.min(0, value), 0),
    };
  });
  const most = Math.max(
    max ?? 0,
    ...sums.map((sum) => sum.up),
    ...(step ? data.map((row) => Number(row[step.key] ?? 0)) : []),
  );
  const ticks = niceTicks(Math.min(0, ...sums.map((sum) => sum.down)), most, unit === "count");
  const edge = data.length * 0.72;
  return (
    <ResponsiveContainer width="100%" height={height}>
      <ComposedChart
        data={data}
        stackOffset="sign"
        accessibilityLayer={false}
        barCategoryGap={data.length > 40 ? 1 : "12%"}
        margin={{ top: 6, right: 4, bottom: 0, left: 0 }}
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
          tickFormatter={(value: number) => axisText(Math.abs(value), unit)}
        />
        <Tooltip
          cursor={{ fill: "var(--foreground)", fillOpacity: 0.05 }}
          isAnimationActive={false}
          content={(props) => (
            <ChartTooltip active={props.active} payload={props.payload} label={props.label} unit={unit} />
          )}
        />
        {ticks[0] !== undefined && ticks[0] < 0 ? <ReferenceLine y={0} stroke="var(--muted)" /> : null}
        {series.map((each) => (
          <Bar
            key={each.key}
            dataKey={each.key}
            name={each.label}
            stackId="one"
            fill={each.colour}
            shape={(bar: BarShape) => (
              <BarPiece x={bar.x} y={bar.y} width={bar.width} height={bar.height} fill={each.colour} />
            )}
            maxBarSize={40}
            isAnimationActive={false}
          />
        ))}
        {step ? (
          <Line
            type={wholeSteps}
            dataKey={step.key}
            name={step.label}
            stroke="var(--foreground)"
            strokeWidth={1.5}
            dot={false}
            activeDot={false}
            isAnimationActive={false}
          />
        ) : null}
        {events.map((event) => (
          <ReferenceLine
            key={`${event.x} ${event.label}`}
            x={event.x}
            stroke="var(--muted)"
            strokeDasharray="3 3"
            label={
              <EventLabel text={event.label} flip={data.findIndex((row) => row[x] === event.x) > edge} />
            }
          />
        ))}
      </ComposedChart>
    </ResponsiveContainer>
  );
}
