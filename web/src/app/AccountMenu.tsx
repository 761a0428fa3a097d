import { useEffect, useRef } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { useTranslation } from "react-i18next";
import { del, put } from "@/lib/api/client.ts";
import { useSetSession } from "@/lib/session.ts";
import { problemText } from "@/lib/problem.ts";
import { bracketed } from "@/lib/text.ts";
import { toast } from "@/components/Toast.tsx";
import { Icon } from "@/components/Icon.tsx";
import type { Session } from "@/lib/api/types.ts";

/** Closes a <details> menu on navigation, Escape and a click elsewhere. */
function useMenu() {
  const ref = useRef<HTMLDetailsElement>(null);
  const { pathname } = useLocation();
  useEffect(() => void (ref.current && (ref.current.open = false)), [pathname]);
  useEffect(() => {
    const away = (e: Event) => {
      const key = e instanceof KeyboardEvent;
      if (key ? e.key === "Escape" : !ref.current?.contains(e.target as Node)) ref.current?.removeAttribute("open");
    };
    document.addEventListener("click", away);
    document.addEventListener("keydown", away);
    return () => {
      document.removeEventListener("click", away);
      document.removeEventListener("keydown", away);
    };
  }, []);
  return ref;
}

/** Who is signed in, for whom they act, and the way out. */
export function AccountMenu({ session, unread }: { session: Session; /** By organisation. */ unread: Record<string, number> }) {
  const { t } = useTranslation();
  const ref = useMenu();
  const setSession = useSetSession();
  const navigate = useNavigate();
  const actAs = async (org: string) => {
    try {
      setSession(await put<Session>("/sessions/current/org", { org }));
      ref.current?.removeAttribute("open");
      void navigate("/");
    } catch (e) {
      toast(problemText(e, t).title, "bad");
    }
  };
  const signOut = async () => {
    await del("/sessions/current").catch(() => undefined);
    setSession(null);
    toast(t("nav.signedOut"));
    void navigate("/signin");
  };
  const who = session.org?.name ?? session.person.name;
  return (
    <details className="menu" ref={ref}>
      <summary aria-label={`${t("nav.account")}: ${session.person.name}, ${who}`}>
        <Icon name="account" />
        <span className="menu-text">{session.person.name}{session.org ? <span className="menu-org"> · {who}</span> : null}</span>
      </summary>
      <div className="menu-list">
        <div className="menu-head">{t("nav.switchTo")}</div>
        <button type="button" aria-current={!session.org} onClick={() => void actAs("")}>{bracketed(t("nav.myself"), session.person.name)}</button>
        {session.orgs.map((o) => (
          <button key={o.id} type="button" aria-current={session.org?.id === o.id} onClick={() => void actAs(o.id)}>{o.name}{unread[o.id] && session.org?.id !== o.id ? <> <span className="badge" aria-label={t("nav.unread", { count: unread[o.id] })}>{unread[o.id]! > 99 ? "99+" : unread[o.id]}</span></> : null}</button>
        ))}
        <hr />
        <Link to="/account">{t("nav.account")}</Link>
        <Link to="/verify">{t("nav.verify")}</Link>
        <Link to="/help">{t("nav.help")}</Link>
        <button type="button" onClick={() => void signOut()}>{t("nav.signOut")}</button>
      </div>
    </details>
  );
}
