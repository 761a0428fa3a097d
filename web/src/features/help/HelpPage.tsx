import { useEffect } from "react";
import { useParams } from "react-router";
import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page.tsx";

const topics = ["contract", "face", "seals", "correct", "documents", "bulk", "verify", "privacy", "keyboard"] as const;

/** Short answers to what people ask; each has an address of its own for links from the field. */
export default function HelpPage() {
  const { t } = useTranslation();
  const { topic } = useParams();
  useEffect(() => document.getElementById(`help-${topic}`)?.scrollIntoView(), [topic]);
  return (
    <Page title={t("helpText.title")} lead={t("helpText.lead")} narrow>
      {topics.map((k) => (
        <section key={k} className="card" id={`help-${k}`}>
          <h2>{t(`helpText.${k}`)}</h2>
          <p style={{ whiteSpace: "pre-line" }}>{t(`helpText.${k}Body`)}</p>
        </section>
      ))}
    </Page>
  );
}
