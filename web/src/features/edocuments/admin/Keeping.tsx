import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items } from "@/lib/api/client.ts";
import { Select } from "@/components/Select.tsx";
import type { PartProps } from "./Basics.tsx";

type Named = { name: string };

/** The names that administrators gave to servers; the one in use and the program's own are always among them. */
function useNames(path: string, own: string, present: string) {
  const list = useQuery({ queryKey: ["names", path], queryFn: async ({ signal }) => items(await get<Named[] | { items: Named[] }>(path, signal)).map((x) => x.name) });
  return [...new Set([own, ...(list.data ?? []), present])].filter(Boolean).map((value) => ({ value, text: value }));
}

/** Where files and numbers are kept, and by which ways documents come back. */
export function Keeping({ type, edit, faults }: PartProps) {
  const { t } = useTranslation();
  const stores = useNames("/document-stores", "built-in", type.store);
  const databases = useNames("/index-databases", "main", type.database);
  return (
    <section className="card stack" aria-label={t("types.keeping")}>
      <h2>{t("types.keeping")}</h2>
      <div className="type-grid">
        <div>
          <Select label={t("types.store")} value={type.store} onChange={(v) => edit({ store: v })} options={stores} />
          <p className="soft small">{t("types.storeHelp")}</p>
          {faults.store ? <p className="field-error">{faults.store}</p> : null}
        </div>
        <div>
          <Select label={t("types.database")} value={type.database} onChange={(v) => edit({ database: v })} options={databases} />
          <p className="soft small">{t("types.databaseHelp")}</p>
          {faults.database ? <p className="field-error">{faults.database}</p> : null}
        </div>
      </div>
      <div>
        <label className="tick"><input type="checkbox" checked={!!type.outbox} onChange={(e) => edit({ outbox: e.target.checked })} /><span>{t("types.outbox")}</span></label><br />
        <label className="tick"><input type="checkbox" checked={!!type.webhook} onChange={(e) => edit({ webhook: e.target.checked })} /><span>{t("types.webhook")}</span></label>
        <p className="soft small">{t("types.back")}</p>
      </div>
    </section>
  );
}
