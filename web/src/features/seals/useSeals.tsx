import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, items } from "@/lib/api/client.ts";
import type { ProcedureRow, Seal } from "@/lib/api/types.ts";
import { useLang } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { Tag } from "@/components/Tag.tsx";

/** The businesses that there are, by name. */
export const useProcedures = () => useQuery({ queryKey: ["procedures"], queryFn: async ({ signal }) => items(await get<ProcedureRow[]>("/procedures", signal)), staleTime: 600_000 });

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
