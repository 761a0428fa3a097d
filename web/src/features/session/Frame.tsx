import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import "./Frame.css";

/** The sign-in pages' two halves: what this is, and the form. */
export function Frame({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useTranslation();
  useEffect(() => void (document.title = `${title} · 朱砂 Cinnabar`), [title]);
  return (
    <div className="frame">
      <section className="frame-pitch" aria-hidden>
        <img src="/favicon.svg" alt="" width={72} height={72} />
        <p className="frame-name">{t("session.lead")}</p>
        <ul>
          <li>{t("session.pitch1")}</li>
          <li>{t("session.pitch2")}</li>
          <li>{t("session.pitch3")}</li>
        </ul>
      </section>
      <section className="frame-form stack">
        <h1>{title}</h1>
        {children}
      </section>
    </div>
  );
}
