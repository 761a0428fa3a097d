import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items } from "@/lib/api/client.ts";
import type { DocumentType, ProcedureRow, Seal } from "@/lib/api/types.ts";
import { labelled, useLang, useText } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { Tag } from "@/components/Tag.tsx";

/** What a grant of a seal can be limited to: a business, or one kind of its documents, by the id that the API takes. */
export function useTemplates() {
  const { t } = useTranslation();
  const tx = useText();
  const procedures = useQuery({ queryKey: ["procedures"], queryFn: async ({ signal }) => items(await get<ProcedureRow[]>("/procedures", signal)), staleTime: 600_000 }).data ?? [];
  const types = useQuery({ queryKey: ["document-types"], queryFn: async ({ signal }) => items(await get<{ items: DocumentType[] }>("/document-types", signal)), staleTime: 60_000 }).data ?? [];
  const kinds = (p: ProcedureRow) => (p.id === "e-document" ? types.map((x) => ({ value: `${p.id}/${x.id}`, text: labelled(tx(p.title), tx(x.title)) })) : []);
  return [{ value: "", text: t("seals.anyProcedure") }, ...procedures.flatMap((p) => [{ value: p.id, text: tx(p.title) }, ...kinds(p)])];
}

export const useSeals = () => useQuery({ queryKey: ["seals"], queryFn: async ({ signal }) => items(await get<Seal[]>("/seals", signal)) });

const tones = { applied: "warn", approved: "info", "in-use": "ok", suspended: "warn", revoked: "bad", replaced: undefined, refused: "bad" } as const;

/** Where a seal is in its life, and whether it is locked just now. */
export function SealState({ seal }: { seal: Seal }) {
  const { t } = useTranslation();
  const lang = useLang();
  return (
    <span className="row">
      <Tag tone={tones[seal.state]}>{t(`seals.state_${seal.state}`)}</Tag>
      {seal.lockedUntil ? <Tag tone="bad">{t("seals.locked", { at: dateTime(seal.lockedUntil, lang) })}</Tag> : null}
    </span>
  );
}
