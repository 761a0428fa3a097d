import { useTranslation } from "react-i18next";
import { Tag } from "@/components/Tag.tsx";
import type { State } from "./data.ts";

const tones = { making: undefined, routing: "info", returned: "warn", completed: "ok", voided: "bad" } as const;

export function StateTag({ state }: { state: State }) {
  const { t } = useTranslation();
  return <Tag tone={tones[state]}>{t(`docs.state_${state}`)}</Tag>;
}
