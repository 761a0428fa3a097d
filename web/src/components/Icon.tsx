const paths = {
  home: "M3 11 12 4l9 7v9h-6v-6H9v6H3z",
  queue: "M4 6h16M4 12h16M4 18h10",
  cases: "M5 4h9l5 5v11H5zM14 4v5h5M8 13h8M8 16h6",
  archive: "M3 5h18v4H3zM5 9v11h14V9M9 13h6",
  seals: "M9 4h6v4l-1 4h5v5H5v-5h5L9 8zM5 20h14",
  inbox: "M4 6h16v12H4zM4 7l8 6 8-6",
  verify: "M12 3l7 3v6c0 4-3 7-7 9-4-2-7-5-7-9V6zM9 12l2 2 4-4",
  admin: "M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4",
  help: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 17h.01",
  account: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4-6 8-6s7 2 8 6",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  camera: "M4 8h3l2-3h6l2 3h3v11H4zM12 16a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5",
  check: "M5 12l5 5 9-10",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2",
  view: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  hide: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 20 20 4",
  pen: "M4 20l1-5L16 4l4 4L9 19z",
} as const;

export type IconName = keyof typeof paths;

/** A line icon; decoration only, the text beside it carries the meaning. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={name === "more" ? 3 : 1.7} strokeLinecap="round" strokeLinejoin="round" aria-hidden focusable="false" style={{ flex: "none" }}>
      <path d={paths[name]} />
    </svg>
  );
}
