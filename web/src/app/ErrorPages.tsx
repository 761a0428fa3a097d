import { isRouteErrorResponse, Link, useRouteError } from "react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page.tsx";
import { Empty } from "@/components/Empty.tsx";

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("problem.nothing")} narrow>
      <Empty title={t("problem.nothing")}>
        <p>{t("problem.nothing-help")}</p>
        <p><Link to="/">{t("nav.home")}</Link></p>
      </Empty>
    </Page>
  );
}

/** A page that could not be drawn or fetched: after an upgrade old chunks are gone, and loading again helps. */
export function RouteErrorPage() {
  const { t } = useTranslation();
  const error = useRouteError();
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFoundPage />;
  return (
    <Page title={t("problem.unknown")} narrow>
      <Empty title={t("problem.unknown")}>
        <p>{t("problem.unknown-help")}</p>
        <Button type="primary" onClick={() => location.reload()}>{t("common.retry")}</Button>
      </Empty>
    </Page>
  );
}
