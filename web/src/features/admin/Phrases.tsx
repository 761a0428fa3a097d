import { useTranslation } from "react-i18next";
import type { Phrase } from "@/lib/api/types.ts";
import { newIntent } from "@/lib/api/client.ts";
import { useText } from "@/lib/text.ts";
import { Field } from "@/components/Field.tsx";
import { EditList } from "./EditList.tsx";
import { Input } from "@/components/Input.tsx";

/** Reasons that reviewers give often. */
export default function Phrases() {
  const { t } = useTranslation();
  const tx = useText();
  return (
    <EditList<Phrase>
      path="/settings/phrases"
      title={t("admin.phrases")}
      blank={() => ({ id: newIntent().slice(0, 8), text: { zh: "", en: "" } })}
      name={(p) => tx(p.text)}
      row={(p, change, fault) => {
        const text = typeof p.text === "string" ? { zh: p.text, en: p.text } : p.text;
        return (
          <div className="cells">
            <Field label={t("admin.textZh")} required error={fault("text.zh")}><Input value={text.zh} onChange={(e) => change({ ...p, text: { ...text, zh: e.target.value } })} /></Field>
            <Field label={t("admin.textEn")} error={fault("text.en")}><Input value={text.en} onChange={(e) => change({ ...p, text: { ...text, en: e.target.value } })} /></Field>
          </div>
        );
      }}
    />
  );
}
