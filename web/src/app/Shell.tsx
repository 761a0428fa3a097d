import { Suspense, useEffect, useRef } from "react";
import { Link, NavLink, Outlet, ScrollRestoration, useLocation, useNavigation } from "react-router";
import { useTranslation } from "react-i18next";
import { rights, useSession } from "@/lib/session.ts";
import { useUnread } from "@/lib/inbox.ts";
import { useOnline } from "@/lib/online.ts";
import { setLanguage } from "@/lib/i18n/index.ts";
import { useLang } from "@/lib/text.ts";
import { Icon, type IconName } from "@/components/Icon.tsx";
import type { Session } from "@/lib/api/types.ts";
import { AccountMenu } from "./AccountMenu.tsx";
import { DemoBar } from "./DemoBar.tsx";
import "./Shell.css";

type Item = { to: string; icon: IconName; text: "home" | "queue" | "documents" | "cases" | "archive" | "seals" | "inbox" | "admin" | "help" | "verify" | "account"; badge?: number };

function itemsFor(session: Session, unread: number): Item[] {
  const r = rights(session);
  const items: Item[] = [{ to: "/", icon: r.staff ? "queue" : "home", text: r.staff ? "queue" : "home" }];
  if (r.docs.any) items.push({ to: "/documents", icon: "file", text: "documents" });
  if (r.staff || !r.docs.any || session.org?.kind === "customer") items.push({ to: "/archive", icon: "archive", text: "archive" });
  items.push({ to: "/inbox", icon: "inbox", text: "inbox", badge: unread });
  if (session.org) items.push({ to: "/seals", icon: "seals", text: "seals" });
  if (r.admin) items.push({ to: "/admin", icon: "admin", text: "admin" });
  return items;
}

function NavItem({ item }: { item: Item }) {
  const { t } = useTranslation();
  return (
    <NavLink to={item.to} end={item.to === "/"}>
      <Icon name={item.icon} size={20} />
      <span>{t(`nav.${item.text}`)}</span>
      {item.badge ? <span className="badge" aria-label={t("nav.unread", { count: item.badge })}>{item.badge > 99 ? "99+" : item.badge}</span> : null}
    </NavLink>
  );
}

function TopBar({ session, unread }: { session: Session | null; unread: Record<string, number> }) {
  const { t } = useTranslation();
  const lang = useLang();
  return (
    <header className="shell-top no-print">
      <div className="shell-bar">
        <Link to={session ? "/" : "/signin"} className="brand">
          <img src="/favicon.svg" alt="" />
          <span>{t("common.brand")}</span>
          <small>{t("session.lead")}</small>
        </Link>
        <span className="grow" />
        <button type="button" className="plain-button" lang={lang === "zh" ? "en" : "zh-CN"} onClick={() => void setLanguage(lang === "zh" ? "en" : "zh")}>{t("common.language")}</button>
        {session ? <AccountMenu session={session} unread={unread} /> : <Link to="/signin">{t("nav.signIn")}</Link>}
      </div>
    </header>
  );
}

/** After a link was followed, the keyboard goes on at the head of the new page; tabs of one page keep it. */
function useFocusOnPage() {
  const main = useRef<HTMLElement>(null);
  const page = useLocation().pathname.split("/").slice(0, 3).join("/").replace(/^\/admin\/.*/, "/admin");
  const shown = useRef(page);
  useEffect(() => {
    if (shown.current !== page) main.current?.focus({ preventScroll: true });
    shown.current = page;
  }, [page]);
  return main;
}

/** Frame of every page: head, navigation at the side or, on phones, at the bottom. */
export function Shell() {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const online = useOnline();
  const unread = useUnread(!!session && session.level !== "link");
  const busy = useNavigation().state === "loading";
  const main = useFocusOnPage();
  const member = session && session.level !== "link" ? session : null;
  const items = member ? itemsFor(member, unread.unread) : [];
  return (
    <div className={`shell${member ? "" : " shell-public"}`} aria-busy={busy}>
      <a className="shell-skip" href="#main">{t("common.skip")}</a>
      <DemoBar />
      <TopBar session={member} unread={unread.orgs} />
      {member ? (
        <nav className="shell-side no-print" aria-label={t("nav.main")}>
          {items.map((i) => <NavItem key={i.to} item={i} />)}
          <hr />
          <NavItem item={{ to: "/verify", icon: "verify", text: "verify" }} />
          <NavItem item={{ to: "/help", icon: "help", text: "help" }} />
        </nav>
      ) : null}
      <main ref={main} id="main" className="shell-main" tabIndex={-1}>
        {online ? null : <div className="offline-bar" role="alert">{t("nav.offline")}</div>}
        {member?.needsSecondFactor ? <div className="shell-note no-print" role="status">{t("nav.secondFactor")} {member.totpEnabled ? null : <Link to="/account">{t("account.totpSetUp")}</Link>}</div> : null}
        <Suspense fallback={null}><Outlet /></Suspense>
      </main>
      {member ? <nav className="shell-tabs no-print" aria-label={t("nav.main")}>{items.slice(0, 5).map((i) => <NavItem key={i.to} item={i} />)}</nav> : null}
      <ScrollRestoration />
    </div>
  );
}
