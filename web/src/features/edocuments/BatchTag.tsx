import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Batch } from "@/lib/api/types.ts";
import { Tag } from "@/components/Tag.tsx";

const tones = { running: "info", waiting: "warn", paused: "warn", done: "ok", cancelled: "bad" } as const;

export function BatchTag({ batch }: { batch: Pick<Batch, "state"> }) {
  const { t } = useTranslation();
  return <Tag tone={tones[batch.state]}>{t(`run.${batch.state}`)}</Tag>;
}

export function kindText(b: Pick<Batch, "kind">, t: TFunction): string {
  return b.kind === "seal" ? t("batch.kind_seal") : b.kind === "approve" ? t("batch.kind_approve") : b.kind === "e-document" ? t("batch.kind_e_document") : b.kind;
}

/** What a run is called; those that seal or approve have no name of their own. */
export const titleOf = (b: Pick<Batch, "kind" | "title">, t: TFunction) => (b.kind === "seal" || b.kind === "approve" ? kindText(b, t) : b.title || kindText(b, t));
