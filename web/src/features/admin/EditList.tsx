import type { ReactNode } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { useSetting } from "./useSetting.ts";

/** What is wrong with an entry of a row, by dotted name. */
export type Fault = (name: string) => string | undefined;
type Props<T> = { path: string; title: string; blank: () => T; name: (row: T) => string; row: (row: T, change: (r: T) => void, fault: Fault) => ReactNode };

/** A list that clerks edit themselves: change, add, order, delete, then save the whole. */
export function EditList<T>({ path, title, blank, name, row }: Props<T>) {
  const { t } = useTranslation();
  const s = useSetting<T[]>(path, (items) => ({ items }));
  const move = (list: T[], from: number, to: number) => {
    const next = [...list];
    next.splice(to, 0, ...next.splice(from, 1));
    s.change(next);
  };
  return (
    <section className="card">
      <h2>{title}</h2>
      <ProblemNotice error={s.form.error} />
      <Loaded query={s.query}>
        {(list) => (
          <>
            <ol className="rows">
              {list.map((r, i) => (
                <li key={i}>
                  {row(r, (next) => s.change(list.map((x, j) => (j === i ? next : x))), (field) => s.form.faults[`items.${i}.${field}`])}
                  <div className="row">
                    <Button size="small" disabled={i === 0} onClick={() => move(list, i, i - 1)} aria-label={`${t("admin.moveUp")} ${name(r)}`}>↑ {t("admin.moveUp")}</Button>
                    <Button size="small" disabled={i === list.length - 1} onClick={() => move(list, i, i + 1)} aria-label={`${t("admin.moveDown")} ${name(r)}`}>↓ {t("admin.moveDown")}</Button>
                    <Button size="small" danger type="text" onClick={() => s.change(list.filter((_, j) => j !== i))} aria-label={`${t("admin.remove")} ${name(r)}`}>{t("admin.remove")}</Button>
                  </div>
                </li>
              ))}
            </ol>
            <div className="save-bar">
              <Button onClick={() => s.change([...list, blank()])}>+ {t("admin.add")}</Button>
              <Button type="primary" disabled={!s.dirty} loading={s.form.busy} onClick={() => s.form.submit()}>{t("common.save")}</Button>
              {s.dirty ? <span className="soft" role="status">{t("admin.unsaved")}</span> : null}
            </div>
          </>
        )}
      </Loaded>
    </section>
  );
}
