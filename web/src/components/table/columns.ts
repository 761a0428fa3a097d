import { useState, type ReactNode } from "react";

export type Column<T> = {
  key: string;
  title: string;
  cell: (row: T) => ReactNode;
  /** The same as text, for export; without it the column is not exported. */
  text?: (row: T) => string;
  /** Figures and buttons stand at the end. */
  end?: boolean;
  wide?: boolean;
  /** May be hidden; "hidden" is hidden until somebody asks for it. */
  optional?: boolean | "hidden";
};

const stored = (name: string) => `cinnabar.columns.${name}`;

/** The names of hidden columns: as chosen before on this device, else as the columns say. */
export function firstHidden<T>(columns: Column<T>[], kept: string | null): string[] {
  if (kept === null) return columns.filter((c) => c.optional === "hidden").map((c) => c.key);
  const may = new Set(columns.filter((c) => c.optional).map((c) => c.key));
  return kept.split(",").filter((k) => may.has(k));
}

/** Which columns are shown; the choice is kept on this device. */
export function useColumns<T>(name: string, columns: Column<T>[]) {
  const [hidden, setHidden] = useState(() => firstHidden(columns, localStorage.getItem(stored(name))));
  const show = (key: string, on: boolean) => {
    const next = on ? hidden.filter((k) => k !== key) : [...hidden, key];
    localStorage.setItem(stored(name), next.join(","));
    setHidden(next);
  };
  return { shown: columns.filter((c) => !hidden.includes(c.key)), hidden, show };
}
