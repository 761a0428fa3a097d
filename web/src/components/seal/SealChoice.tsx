import { useTranslation } from "react-i18next";
import type { Seal } from "@/lib/api/types.ts";
import { useText } from "@/lib/text.ts";
import { SealPicture } from "../SealPicture.tsx";
import "./seal.css";

/** One of a few seals, by picture. */
export function SealChoice({ legend, seals, value, onChange }: { legend: string; seals: Pick<Seal, "id" | "kind" | "title" | "number" | "picture">[]; value: string; onChange: (id: string) => void }) {
  const { t } = useTranslation();
  const tx = useText();
  return (
    <fieldset className="seal-choice">
      <legend>{legend}</legend>
      {seals.map((s) => (
        <label key={s.id}>
          <input type="radio" name="seal" value={s.id} checked={s.id === value} onChange={() => onChange(s.id)} />
          <SealPicture seal={s} size={56} />
          <span><strong>{t(`seal.kind_${s.kind}`)}</strong><br /><span className="soft small">{tx(s.title)} <span className="num">{s.number}</span></span></span>
        </label>
      ))}
    </fieldset>
  );
}
