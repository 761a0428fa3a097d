import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { VerifyReport, VerifySignature, VerifyToken } from "@/lib/api/types.ts";
import { labelled, listed, useLang, useText } from "@/lib/text.ts";
import { dateTime } from "@/lib/time.ts";
import { Tag } from "@/components/Tag.tsx";
import type { Tone } from "@/components/Notice.tsx";

type Word = VerifyReport["verdict"] | VerifyToken["state"];
const tones: Record<Word, Tone> = {
  valid: "ok", "valid-with-additions": "ok", "in-force": "ok",
  "not-yet": "warn", superseded: "warn", expired: "warn", "taken-out": "warn", unsigned: "warn", "unknown-signer": "warn",
  voided: "bad", invalid: "bad", broken: "bad", unknown: "info",
};

/** The answer in one word, large, with its colour. */
export function Verdict({ word, children }: { word: Word; children: ReactNode }) {
  const { t } = useTranslation();
  const tone = tones[word];
  return (
    <div className={`verdict verdict-${tone}`} role="status">
      <span className="verdict-mark" aria-hidden>{tone === "ok" ? "✓" : tone === "bad" ? "✗" : "!"}</span>
      <div><h2>{t(`verify.${word}`)}</h2>{children}</div>
    </div>
  );
}

/** Since when and why a document is out of force. */
export function OutOfForce({ since, reason }: { since?: string | undefined; reason?: string | undefined }) {
  const { t } = useTranslation();
  const lang = useLang();
  return (
    <>
      {since ? <p>{labelled(t("verify.since"), dateTime(since, lang))}</p> : null}
      {reason ? <p>{labelled(t("verify.reason"), reason)}</p> : null}
    </>
  );
}

function Signature({ s }: { s: VerifySignature }) {
  const { t } = useTranslation();
  const lang = useLang();
  const kind = { internal: t("verify.internal"), licensed: t("verify.licensed"), unknown: t("verify.unknownKind") }[s.kind];
  const covers = s.covers === "whole" ? t("verify.covers_whole") : s.covers === "version" ? t("verify.covers_version") : s.covers;
  return (
    <li className="verify-signature">
      <div className="row between"><strong>{s.name}</strong><span className="row"><Tag>{kind}</Tag>{s.purpose ? <Tag>{s.purpose}</Tag> : null}</span></div>
      <div className="num">{s.at ? dateTime(s.at, lang) : ""} <span className="soft">· {s.timestamped ? t("verify.timestamped") : t("verify.noTimestamp")}{covers ? ` · ${labelled(t("verify.covers"), covers)}` : ""}</span></div>
      <div className="row">
        <Tag tone={s.digestOk ? "ok" : "bad"}>{s.digestOk ? `✓ ${t("verify.digestOk")}` : `✗ ${t("verify.digestBad")}`}</Tag>
        <Tag tone={s.chainOk ? "ok" : "bad"}>{s.chainOk ? `✓ ${t("verify.chainOk")}` : `✗ ${t("verify.chainBad")}`}</Tag>
      </div>
      {s.problems?.length ? <ul className="field-error">{s.problems.map((p) => <li key={p}>{p}</li>)}</ul> : null}
    </li>
  );
}

/** What the file proves, told plainly: verdict first, then who and when, then what is wrong. */
export function Report({ report, file }: { report: VerifyReport; file: string }) {
  const { t } = useTranslation();
  const tx = useText();
  const lang = useLang();
  const doc = report.document;
  return (
    <div className="stack">
      <Verdict word={report.verdict}>
        <p>{t(`verify.${report.verdict}_help`)}</p>
        <OutOfForce since={doc.since} reason={doc.reason} />
        {report.file === report.verdict ? null : <p>{labelled(t("verify.fileItself"), t(`verify.${report.file}`))}</p>}
        <p className="small soft">{file} · {t("verify.printed")} {dateTime(report.checkedAt, lang)}</p>
      </Verdict>
      <section className="card">
        <div className="card-head"><h2>{t("verify.document")}</h2><Tag tone={tones[doc.state]}>{t(`verify.${doc.state}`)}</Tag></div>
        <dl className="facts">
          {doc.number ? <><dt>{t("verify.number")}</dt><dd className="num">{doc.number}</dd></> : null}
          {doc.title ? <><dt>{t("common.name")}</dt><dd>{tx(doc.title)}</dd></> : null}
          {doc.parties?.length ? <><dt>{t("verify.parties")}</dt><dd>{listed(doc.parties)}</dd></> : null}
        </dl>
      </section>
      {report.signatures?.length ? <section className="card"><h2>{t("verify.signatures")}</h2><ol>{report.signatures.map((s, i) => <Signature key={i} s={s} />)}</ol></section> : null}
      {report.later?.length ? <section className="card"><h2>{t("verify.later")}</h2><ul>{report.later.map((l, i) => <li key={i}>{l.what} <Tag tone={l.allowed ? "ok" : "bad"}>{l.allowed ? t("verify.allowed") : t("verify.notAllowed")}</Tag></li>)}</ul></section> : null}
      {doc.state !== "unknown" ? <Offline sha256={report.sha256} /> : null}
      {report.problems?.length ? <section className="card"><h2>{t("verify.problems")}</h2><ul>{report.problems.map((p) => <li key={p}>{p}</li>)}</ul></section> : null}
    </div>
  );
}

/** What one needs to check all this without this site. */
function Offline({ sha256 }: { sha256: string }) {
  const { t } = useTranslation();
  const files = [
    { href: `/api/v1/verify/proof?sha256=${sha256}`, text: t("verify.proof") },
    { href: `/api/v1/verify/statement?sha256=${sha256}`, text: t("verify.statement") },
    { href: "/api/v1/verify/trust-anchor", text: t("verify.anchor") },
    { href: "/api/v1/evidence/log-key", text: t("verify.logKey") },
    { href: "/api/v1/evidence/checkpoint", text: t("verify.checkpoint") },
  ];
  return (
    <section className="card stack no-print">
      <h2>{t("verify.offline")}</h2>
      <p>{t("verify.offlineHelp")}</p>
      <p className="row">{files.map((f) => <a key={f.href} className="button-like" href={f.href} download>{f.text}</a>)}</p>
      <p className="small mono breaks">cinnabar verify FILE.pdf --trust trust-anchor.pem --proof proof.json --status status.txt --log-key log-key.txt</p>
    </section>
  );
}
