export type KeyMove = { at: number; act?: "toggle" | "open" | "extend" };

/** What a key does in a list of `count` rows, the cursor on `at`; undefined: the key is not ours. */
export function rowKey(key: string, shift: boolean, at: number, count: number): KeyMove | undefined {
  const to = (i: number): KeyMove => ({ at: Math.min(count - 1, Math.max(0, i)), act: shift ? "extend" : undefined });
  switch (key) {
    case "j": case "J": case "ArrowDown": return to(at + 1);
    case "k": case "K": case "ArrowUp": return to(at - 1);
    case "Home": return to(0);
    case "End": return to(count - 1);
    case " ": return { at, act: "toggle" };
    case "Enter": return { at, act: "open" };
    default: return undefined;
  }
}
