/** A signature as the API takes it: strokes of points [x, y, ms, pressure] inside width × height. */
export type Point = [x: number, y: number, at?: number, pressure?: number];
export type Drawing = { strokes: Point[][]; width: number; height: number };

type PadPoint = { x: number; y: number; time: number; pressure: number };
type PadStroke = { points: PadPoint[] };

const within = (v: number, most: number) => Math.min(most, Math.max(0, Math.round(v * 10) / 10));

/** From the pad's own record; null when there is nothing but a dot. */
export function fromPad(strokes: PadStroke[], width: number, height: number): Drawing | null {
  const begun = strokes[0]?.points[0]?.time ?? 0;
  const out = strokes.map((s) => s.points.map((p): Point => [within(p.x, width), within(p.y, height), Math.max(0, Math.round(p.time - begun)), Math.round(p.pressure * 100) / 100]));
  const points = out.reduce((n, s) => n + s.length, 0);
  return points < 2 ? null : { strokes: out, width, height };
}

const STEP = 2;

/**
 * From a picture of typed letters: every run of ink in every second row becomes a short stroke, so that
 * who cannot draw signs with the same kind of record as everybody else.
 */
export function fromPixels(alpha: (x: number, y: number) => number, width: number, height: number): Drawing | null {
  const strokes: Point[][] = [];
  for (let y = 0; y < height; y += STEP) {
    let from = -1;
    for (let x = 0; x <= width; x++) {
      const ink = x < width && alpha(x, y) > 127;
      if (ink && from < 0) from = x;
      if (!ink && from >= 0) {
        strokes.push([[from, y], [x - 1, y]]);
        from = -1;
      }
    }
  }
  return strokes.length < 2 ? null : { strokes, width, height };
}
