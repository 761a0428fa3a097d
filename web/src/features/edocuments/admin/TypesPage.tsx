import { Link } from "react-router";
import { useTranslation } from "react-i18next";
import { useText } from "@/lib/text.ts";
import { DataTable } from "@/components/DataTable.tsx";
import { Empty } from "@/components/Empty.tsx";
import { LinkButton } from "@/components/LinkButton.tsx";
import { Page } from "@/components/Page.tsx";
import { Loaded } from "@/components/Problem.tsx";
import { Tag } from "@/components/Tag.tsx";
import { exampleNumber, useTypes } from "../data.ts";
import "../edocuments.css";

/** The kinds of documents that the organisation makes. */
export default function TypesPage() {
  const { t } = useTranslation();
  const tx = useText();
  const types = useTypes();
  return (
    <Page title={t("types.title")} lead={t("types.lead")} back={{ to: "/admin", text: t("admin.title") }} actions={<><LinkButton to="/documents/numbers">{t("numbers.title")}</LinkButton><LinkButton to="/admin/departments">{t("types.departmentsLink")}</LinkButton><LinkButton to="/admin/document-types/new" type="primary">{t("types.add")}</LinkButton></>}>
      <div className="card">
        <Loaded query={types}>
          {(list) => list.length ? (
            <DataTable caption={t("types.title")} rows={list} rowKey={(x) => x.id} columns={[
              { key: "name", title: t("docs.type"), cell: (x) => <Link to={`/admin/document-types/${x.id}`}>{tx(x.title)}</Link> },
              { key: "id", title: t("types.id"), cell: (x) => <span className="mono">{x.id}</span> },
              { key: "number", title: t("types.example"), cell: (x) => <span className="num mono">{exampleNumber(x)}</span> },
              { key: "routes", title: t("types.routes"), cell: (x) => <span className="num">{x.routes.length}</span> },
              { key: "store", title: t("types.store"), cell: (x) => <span className="mono">{x.store}</span> },
              { key: "database", title: t("types.database"), cell: (x) => <span className="mono">{x.database}</span> },
              { key: "state", title: t("types.state"), cell: (x) => <Tag tone={x.closed ? undefined : "ok"}>{t(x.closed ? "types.closed" : "types.open")}</Tag> },
            ]} />
          ) : <Empty title={t("types.empty")}>{t("types.emptyHelp")}</Empty>}
        </Loaded>
      </div>
    </Page>
  );
}
