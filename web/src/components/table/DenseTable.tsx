import { useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { choose, countChosen, everything, isChosen, nothing, pageState, toggle, type Selection } from "./selection.ts";
import { rowKey as keyMove } from "./keys.ts";
import { ColumnChoice } from "./ColumnChoice.tsx";
import { useColumns, type Column } from "./columns.ts";
import "../DataTable.css";
import "./table.css";

type Choosing = { value: Selection; onChange: (s: Selection) => void; /** All that match can be chosen, also those not loaded. */ everything?: boolean };

type Props<T> = {
  /** Names the choice of columns on this device. */
  name: string;
  caption: string;
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string;
  /** What a row is called, for who cannot see it. */
  rowName: (row: T) => string;
  /** How many match in all; rows may be a part of them. */
  total?: number;
  /** When total is not known: more than so many match. */
  moreThan?: number;
  choosing?: Choosing;
  /** Enter, or a double click. */
  onOpen?: (row: T) => void;
  /** What can be done with the chosen rows. */
  actions?: (count: number) => ReactNode;
  /** Beside the count: exports and the like. */
  tools?: ReactNode;
  more?: { has: boolean; busy: boolean; load: () => void };
};

const INSIDE = "a, button, input, select, textarea, label, summary";

/**
 * Many rows: chosen across pages, columns as one likes them, and everything by keyboard: J and K move,
 * space chooses, shift extends, Enter opens. On a phone each row is a card.
 */
export function DenseTable<T>(p: Props<T>) {
  const { t } = useTranslation();
  const { shown, hidden, show } = useColumns(p.name, p.columns);
  const count = p.total ?? p.rows.length;
  const cursor = useCursor(p);
  const says = p.total !== undefined || !p.more?.has ? t("table.total", { n: count }) : p.moreThan ? t("table.total", { n: `${p.moreThan}+` }) : t("table.shown", { count });
  return (
    <div className="dense">
      <div className="dense-bar">
        {p.choosing && p.rows.length ? <span className="dense-all"><HeadBox choosing={p.choosing} ids={p.rows.map(p.rowKey)} /></span> : null}
        <span className="soft small" role="status">{says}</span>
        <span className="grow" />
        {p.tools}
        <ColumnChoice columns={p.columns} hidden={hidden} show={show} />
      </div>
      {p.choosing ? <ChosenBar choosing={p.choosing} shown={p.rows.length} total={count} actions={p.actions} /> : null}
      <div className="data-table-scroll">
        <table className="data-table dense-table" role="grid" aria-multiselectable={!!p.choosing} aria-rowcount={p.total ?? (p.more?.has ? -1 : count)} onKeyDown={cursor.onKey}>
          <caption className="visually-hidden">{p.caption}</caption>
          <thead>
            <tr>
              {p.choosing ? <th scope="col" className="dense-tick"><HeadBox choosing={p.choosing} ids={p.rows.map(p.rowKey)} /></th> : null}
              {shown.map((c) => <th key={c.key} scope="col" className={c.end ? "end" : undefined}>{c.title || <span className="visually-hidden">{t("common.actions")}</span>}</th>)}
            </tr>
          </thead>
          <tbody ref={cursor.body}>
            {p.rows.map((row, i) => {
              const id = p.rowKey(row);
              const chosen = p.choosing ? isChosen(p.choosing.value, id) : undefined;
              return (
                <tr key={id} tabIndex={i === cursor.at ? 0 : -1} aria-selected={chosen} className={chosen ? "dense-chosen" : undefined} onFocus={() => cursor.setAt(i)} onClick={(e) => cursor.onClick(e, i)} onDoubleClick={() => p.onOpen?.(row)}>
                  {p.choosing ? <td className="dense-tick"><input type="checkbox" className="tick-box" tabIndex={-1} checked={chosen} aria-label={t("table.choose", { name: p.rowName(row) })} onChange={() => p.choosing!.onChange(toggle(p.choosing!.value, id))} /></td> : null}
                  {shown.map((c, n) => <Cell key={c.key} column={c} row={row} first={n === 0} />)}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {p.more?.has ? <p className="dense-more"><Button loading={p.more.busy} onClick={p.more.load}>{t("common.more")}</Button> {p.total === undefined ? null : <span className="soft small num">{p.rows.length} / {p.total}</span>}</p> : null}
    </div>
  );
}

function Cell<T>({ column: c, row, first }: { column: Column<T>; row: T; first: boolean }) {
  const Tag = first ? "th" : "td";
  return (
    <Tag scope={first ? "row" : undefined} className={[c.end ? "end" : "", c.wide ? "wide" : ""].join(" ").trim() || undefined}>
      {!first && c.title ? <span className="data-table-label" aria-hidden>{c.title}</span> : null}
      <span className="data-table-value">{c.cell(row)}</span>
    </Tag>
  );
}

/** The row that keys act on; the one Tab comes back to. */
function useCursor<T>(p: Props<T>) {
  const [wanted, setAt] = useState(0);
  const at = Math.min(wanted, Math.max(0, p.rows.length - 1));
  const body = useRef<HTMLTableSectionElement>(null);
  const extend = (from: number, to: number) => {
    if (!p.choosing) return;
    const part = p.rows.slice(Math.min(from, to), Math.max(from, to) + 1).map(p.rowKey);
    p.choosing.onChange(choose(p.choosing.value, part, true));
  };
  const onKey = (e: KeyboardEvent) => {
    if ((e.target as HTMLElement).closest(INSIDE) || e.ctrlKey || e.metaKey || e.altKey) return;
    const move = keyMove(e.key, e.shiftKey, at, p.rows.length);
    const row = p.rows[at];
    if (!move || !row) return;
    e.preventDefault();
    if (move.act === "toggle") p.choosing?.onChange(toggle(p.choosing.value, p.rowKey(row)));
    if (move.act === "open") p.onOpen?.(row);
    if (move.act === "extend") extend(at, move.at);
    setAt(move.at);
    (body.current?.rows[move.at] as HTMLElement | undefined)?.focus();
  };
  const onClick = (e: MouseEvent, i: number) => {
    if ((e.target as HTMLElement).closest(INSIDE)) return;
    if (e.shiftKey) extend(at, i);
    setAt(i);
  };
  return { at, setAt, body, onKey, onClick };
}

function HeadBox({ choosing, ids }: { choosing: Choosing; ids: string[] }) {
  const { t } = useTranslation();
  const state = pageState(choosing.value, ids);
  return (
    <input type="checkbox" className="tick-box" aria-label={t("table.chooseShown")} checked={state === "all"} ref={(e) => { if (e) e.indeterminate = state === "some"; }} onChange={() => choosing.onChange(choose(choosing.value, ids, state !== "all"))} />
  );
}

/** How many are chosen, all that match in one step, and what to do with them. */
function ChosenBar({ choosing, shown, total, actions }: { choosing: Choosing; shown: number; total: number; actions?: (n: number) => ReactNode }) {
  const { t } = useTranslation();
  const n = countChosen(choosing.value, total);
  if (!n) return null;
  return (
    <div className="dense-chosen-bar">
      <strong role="status">{t("table.chosen", { count: n })}</strong>
      {choosing.everything && n < total && n >= shown ? <Button type="link" size="small" onClick={() => choosing.onChange(everything)}>{t("table.chooseAll", { count: total })}</Button> : null}
      <Button type="link" size="small" onClick={() => choosing.onChange(nothing)}>{t("table.chooseNone")}</Button>
      <span className="grow" />
      {actions?.(n)}
    </div>
  );
}
