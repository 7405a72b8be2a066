/** What of a canvas a curve draws on. */
type Pen = { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void };

/** Half a bar at its widest, px: where there is one bar alone, nothing else says how wide it is. */
const HALF_A_BAR = 20;

/** A curve (as d3-shape's) of level steps over evenly spaced bars; the first and the last are as wide as the others. */
export function wholeSteps(pen: Pen) {
  let points: [x: number, y: number][] = [];
  return {
    areaStart() {},
    areaEnd() {},
    lineStart() {
      points = [];
    },
    point(x: number, y: number) {
      points.push([x, y]);
    },
    lineEnd() {
      const [first, second] = points;
      if (!first) return;
      const half = second ? (second[0] - first[0]) / 2 : HALF_A_BAR;
      pen.moveTo(first[0] - half, first[1]);
      for (const [x, y] of points) {
        pen.lineTo(x - half, y);
        pen.lineTo(x + half, y);
      }
    },
  };
}
