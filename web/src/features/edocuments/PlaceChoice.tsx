import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import type { Place } from "@/components/PdfViewer.tsx";

type Props = { fixed: boolean; place?: Place; setPlace: (p: Place | undefined) => void; placing: boolean; setPlacing: (on: boolean) => void; error?: string };

const whole = (s: string) => Number(s.replace(/\D/g, "").slice(0, 5) || "0");

/** Another place for the seal than the laid one: by a click on the page, or by figures. */
export function PlaceChoice({ fixed, place, setPlace, placing, setPlacing, error }: Props) {
  const { t } = useTranslation();
  if (fixed) return <p className="soft small">{t("docs.placeFixed")}</p>;
  const at = place ?? { page: 1, x: 0, y: 0 };
  const entry = (key: keyof Place, label: string) => <Field label={label}><Input inputMode="numeric" value={String(at[key])} onChange={(e) => setPlace({ ...at, [key]: whole(e.target.value) })} /></Field>;
  return (
    <details open={place || placing ? true : undefined}>
      <summary>{t("docs.place")} <span className="soft small">({t("common.optional")})</span></summary>
      <div className="stack" style={{ gap: 8, marginTop: 8 }}>
        <p className="soft small">{t("docs.placeHelp")}</p>
        <div className="row">
          <Button size="small" onClick={() => setPlacing(!placing)} aria-pressed={placing}>{t("docs.placePick")}</Button>
          {place ? <Button size="small" type="link" onClick={() => (setPlace(undefined), setPlacing(false))}>{t("docs.placeClear")}</Button> : null}
        </div>
        {placing ? <p role="status"><strong>{t("docs.placePicking")}</strong></p> : null}
        <div className="doc-place">{entry("page", t("docs.placePage"))}{entry("x", t("docs.placeX"))}{entry("y", t("docs.placeY"))}</div>
        {error ? <p className="field-error">{error}</p> : null}
      </div>
    </details>
  );
}
