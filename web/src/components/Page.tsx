import { useEffect, type ReactNode } from "react";
import { Link } from "react-router";
import "./Page.css";

/** A page's head: title of the tab, heading, short lead and actions. */
export function Page({ title, lead, actions, back, children, narrow }: { title: string; lead?: ReactNode; actions?: ReactNode; back?: { to: string; text: string }; children: ReactNode; narrow?: boolean }) {
  useEffect(() => {
    document.title = `${title} · 朱砂 Cinnabar`;
  }, [title]);
  return (
    <div className={`page${narrow ? " page-narrow" : ""}`}>
      <header className="page-head">
        <div className="grow">
          {back ? <Link className="page-back no-print" to={back.to}>‹ {back.text}</Link> : null}
          <h1>{title}</h1>
          {lead ? <div className="soft">{lead}</div> : null}
        </div>
        {actions ? <div className="row no-print">{actions}</div> : null}
      </header>
      <div className="stack">{children}</div>
    </div>
  );
}
