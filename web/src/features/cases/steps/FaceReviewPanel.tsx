import { useTranslation } from "react-i18next";
import { useText } from "@/lib/text.ts";
import { ProblemNotice } from "@/components/Problem.tsx";
import { UnmaskForm } from "@/components/Unmask.tsx";
import ActionForm from "../ActionForm.tsx";
import { reasonText } from "@/components/faceReason.ts";
import type { PanelProps } from "./panels.ts";
import "./seal.css";

type FaceFact = { photo?: string; frame?: string; score?: number; threshold?: number; reason?: string };

const picture = (id: string) => `/api/v1/files/${encodeURIComponent(id)}/content?inline=1`;

/** An officer looks at both pictures and decides; the machine's figure is a hint only. */
export default function FaceReviewPanel({ c, action, others, act }: PanelProps) {
  const { t } = useTranslation();
  const tx = useText();
  const fact = (c.facts?.face ?? {}) as FaceFact;
  const refuse = others.find((a) => a.name === "refuse-face");
  const photo = fact.photo ?? (c.sections.find((s) => s.id === "identity")?.data?.idFront as string | undefined);
  const why = fact.reason ? reasonText(fact.reason, t) : "";
  return (
    <div className="card stack">
      <div>
        <h2>{t("face.both")}</h2>
        {fact.score !== undefined ? <p className="soft num">{t("face.score", { score: fact.score.toFixed(3), threshold: (fact.threshold ?? 0).toFixed(3) })}</p> : null}
        {why ? <p>{why}</p> : null}
      </div>
      {c.masked && (photo || fact.frame) ? <UnmaskForm caseId={c.id} /> : (
        <div className="seal-halves">
          {photo ? <figure className="seal-half"><figcaption className="soft">{t("face.idPhoto")}</figcaption><img src={picture(photo)} alt={t("face.idPhoto")} /></figure> : null}
          {fact.frame ? <figure className="seal-half"><figcaption className="soft">{t("face.live")}</figcaption><img src={picture(fact.frame)} alt={t("face.live")} /></figure> : <p className="seal-half">{t("face.noLive")}</p>}
        </div>
      )}
      <ProblemNotice error={act.error} />
      <div className="seal-halves">
        {[action, refuse].map((a) => (a ? <section key={a.name} className="seal-half"><h3>{tx(a.title)}</h3><ActionForm c={c} action={a} act={act} /></section> : null))}
      </div>
    </div>
  );
}
