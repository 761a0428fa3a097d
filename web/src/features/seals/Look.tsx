import { useEffect, useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import { Choice } from "@/components/Choice.tsx";
import { ProblemNotice } from "@/components/Problem.tsx";
import { SealPicture } from "@/components/SealPicture.tsx";
import { Uploader } from "@/components/Uploader.tsx";

const PAUSE = 400;
const LARGEST = 8 << 20;
const accept = ["image/png", "image/jpeg"];

/** How a seal is to look: drawn by the system from the registered name, or as on an uploaded picture. */
export type Look = { upload: boolean; picture: string };
export const drawn: Look = { upload: false, picture: "" };

/** Something is still to be chosen. */
export const lacking = (look: Look) => look.upload && !look.picture;

export function LookChoice({ look, onChange, error }: { look: Look; onChange: (look: Look) => void; error?: string }) {
  const { t } = useTranslation();
  return (
    <div className="stack" style={{ gap: 8 }}>
      <Choice name="look" legend={t("seals.look")} value={look.upload ? "upload" : "drawn"} onChange={(v) => onChange({ upload: v === "upload", picture: "" })} error={error} options={[{ value: "drawn", title: t("seals.lookDrawn"), help: t("seals.lookDrawnHelp") }, { value: "upload", title: t("seals.lookUpload"), help: t("seals.lookUploadHelp") }]} />
      {look.upload ? look.picture ? <div><Button onClick={() => onChange({ upload: true, picture: "" })}>{t("seals.otherPicture")}</Button></div> : <Uploader label={t("seals.picture")} accept={accept} maxBytes={LARGEST} onReady={(id) => onChange({ upload: true, picture: id })} /> : null}
    </div>
  );
}

type Wish = { kind: string; text: string; number?: string; look: Look };

/** The seal as it will stand on paper, a moment after the last change; or why the picture is none of a seal. */
export function Preview({ kind, text, number, look }: Wish) {
  const { t } = useTranslation();
  const [svg, setSvg] = useState("");
  const [error, setError] = useState<unknown>();
  const picture = look.picture || undefined;
  const nothing = !text.trim() || lacking(look);
  useEffect(() => {
    setError(undefined);
    if (nothing) return setSvg("");
    const timer = setTimeout(() => {
      void post<string | Blob>("/seals/preview", { kind, text, number: number || undefined, picture })
        .then(async (r) => setSvg(typeof r === "string" ? r : await r.text()))
        .catch((e: unknown) => (setSvg(""), setError(picture ? e : undefined)));
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [kind, text, number, picture, nothing]);
  return (
    <>
      <figure className="seal-preview"><figcaption className="soft small">{t("seals.preview")}</figcaption>{svg ? <SealPicture seal={{ picture: svg, title: text }} size={190} /> : null}</figure>
      <ProblemNotice error={error} />
    </>
  );
}
