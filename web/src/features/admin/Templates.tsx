import { lazy, Suspense, useState } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { post } from "@/lib/api/client.ts";
import type { Template } from "@/lib/api/types.ts";
import { useSubmit } from "@/lib/submit.ts";
import { useText } from "@/lib/text.ts";
import { Field } from "@/components/Field.tsx";
import { Input } from "@/components/Input.tsx";
import { Loading } from "@/components/Loading.tsx";
import { Loaded, ProblemNotice } from "@/components/Problem.tsx";
import { Select } from "@/components/Select.tsx";
import { useSetting } from "./useSetting.ts";

const PdfViewer = lazy(() => import("@/components/PdfViewer.tsx"));

type Category = NonNullable<Template["category"]>;
const titles = { "sole-proprietor": "start.sole", "legal-representative": "start.legal", agent: "start.agent" } as const;
const categories = Object.keys(titles) as Category[];

/** The contract's text by use type and, where there is one of its own, by category, with the PDF it makes beside it. */
export default function Templates() {
  const { t } = useTranslation();
  const tx = useText();
  const s = useSetting<Template[]>("/settings/templates", (list) => ({ items: list.map(({ useType, category, body }) => ({ useType, category, body })) }));
  const [id, setId] = useState("");
  const [pdf, setPdf] = useState<Blob>();
  const current = s.value?.find((x) => x.id === id) ?? s.value?.[0];
  const preview = useSubmit((key) => post<Blob>("/settings/templates/preview", { useType: current?.useType, body: current?.body }, { key }), setPdf);
  const at = s.value?.findIndex((x) => x.id === current?.id) ?? 0;
  const fault = s.form.faults[`items.${at}.body`] ?? preview.faults.body;
  const spare = categories.filter((c) => current && !s.value?.some((x) => x.useType === current.useType && x.category === c));
  const choose = (next: string) => (setId(next), setPdf(undefined));
  const add = (list: Template[], category: Category) => {
    if (!current) return;
    const made = { ...current, id: `${current.useType}/${category}`, category, own: true };
    s.change([...list, made]);
    choose(made.id);
  };
  const remove = (list: Template[]) => (s.change(list.filter((x) => x !== current)), choose(current?.useType ?? ""));
  const edit = (list: Template[], body: string) => s.change(list.map((x) => (x.id === current?.id ? { ...x, body } : x)));
  return (
    <section className="card stack">
      <h2>{t("admin.templates")}</h2>
      <ProblemNotice error={s.form.error ?? preview.error} />
      <Loaded query={s.query}>
        {(list) => (current ? (
          <>
            <Select label={t("admin.templates")} value={current.id ?? ""} onChange={choose} options={list.map((x) => ({ value: x.id ?? "", text: `${t(`admin.${x.useType}`)}${x.category ? ` · ${t(titles[x.category])}` : ""} · ${tx(x.title)}${x.version ? ` · v${x.version}` : ""}` }))} />
            {current.category ? <div><Button danger onClick={() => remove(list)}>{t("admin.removeWording")}</Button></div> : spare.length ? <Select label={t("admin.addWording")} value="" onChange={(v) => v && add(list, v as Category)} options={[{ value: "", text: t("cases.select") }, ...spare.map((c) => ({ value: c, text: t(titles[c]) }))]} /> : null}
            <p className="soft small">{t("admin.wordingHelp")}</p>
            <div className={pdf ? "template template-beside" : "template"}>
              <Field label={t("admin.body")} error={fault} help={current.own ? t("admin.ownWording") : t("admin.builtInWording")}><Input.TextArea rows={22} spellCheck={false} value={current.body} onChange={(e) => edit(list, e.target.value)} /></Field>
              {pdf ? <div><Suspense fallback={<Loading lines={10} />}><PdfViewer src={pdf} height="560px" /></Suspense></div> : null}
            </div>
            <div className="save-bar">
              <Button loading={preview.busy} onClick={() => preview.submit()}>{t("admin.previewTemplate")}</Button>
              <Button type="primary" disabled={!s.dirty} loading={s.form.busy} onClick={() => s.form.submit()}>{t("common.save")}</Button>
            </div>
          </>
        ) : null)}
      </Loaded>
    </section>
  );
}
