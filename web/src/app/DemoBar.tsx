import { Link } from "react-router";
import { useTranslation } from "react-i18next";
import { useDemo } from "@/lib/demo.ts";

/** Says plainly that this is a demonstration, and where its accounts and messages are. */
export function DemoBar() {
  const { t } = useTranslation();
  if (!useDemo().data?.length) return null;
  return (
    <aside className="demo-bar no-print" aria-label={t("nav.demoBar")}>
      <span>{t("nav.demo")}</span>
      <Link to="/demo/accounts">{t("nav.demoAccounts")}</Link>
      <Link to="/demo/mailbox">{t("nav.demoMailbox")}</Link>
    </aside>
  );
}
