import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items } from "@/lib/api/client.ts";
import type { DocumentType, ProcedureRow, Seal } from "@/lib/api/types.ts";
import { labelled, useLang, useText } from "@/lib/text.ts";
import { date, dateTime } from "@/lib/time.ts";
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

const SOON = 60 * 86_400_000;

/** Whether the certificate has ended, or ends so soon that it is to be renewed. */
export function endingOf(seal: Seal): "ended" | "soon" | undefined {
  if (!seal.certificate) return undefined;
  const left = Date.parse(seal.certificate.notAfter) - Date.now();
  return left <= 0 ? "ended" : left < SOON ? "soon" : undefined;
}

/** Where a seal is in its life, whether it is locked just now, and whether its certificate ends. */
export function SealState({ seal }: { seal: Seal }) {
  const { t } = useTranslation();
  const lang = useLang();
  const ending = endingOf(seal);
  return (
    <span className="row">
      <Tag tone={tones[seal.state]}>{t(`seals.state_${seal.state}`)}</Tag>
      {seal.lockedUntil ? <Tag tone="bad">{t("seals.locked", { at: dateTime(seal.lockedUntil, lang) })}</Tag> : null}
      {ending ? <Tag tone={ending === "ended" ? "bad" : "warn"}>{t(ending === "ended" ? "seals.certificateEnded" : "seals.certificateEnds", { at: date(seal.certificate?.notAfter ?? "", lang) })}</Tag> : null}
    </span>
  );
}
