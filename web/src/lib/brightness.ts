/** Mean brightness below which a face is hard to compare; the server refuses below 40. */
export const DARK = 60;

/** Mean luminance (BT.601) of pixels as a canvas gives them: red, green, blue, opacity; 0 to 255. */
export function brightness(pixels: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i + 3 < pixels.length; i += 4) sum += 0.299 * pixels[i]! + 0.587 * pixels[i + 1]! + 0.114 * pixels[i + 2]!;
  return pixels.length < 4 ? 0 : sum / Math.floor(pixels.length / 4);
}
