import { useState, type ComponentProps, type FormEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./Icon.tsx";
import "./Input.css";

const named = (own: string, more?: string) => (more ? `${own} ${more}` : own);

type TextProps = ComponentProps<"input"> & { prefix?: ReactNode };

/** A line of text: the browser's own field in the product's look. */
function Text({ prefix, className, ...rest }: TextProps) {
  const field = <input className={named("input", className)} {...rest} />;
  return prefix ? <span className="input-affix"><span className="input-prefix" aria-hidden>{prefix}</span>{field}</span> : field;
}

/** A password that can be looked at while the button is on. */
function Password({ className, style, ...rest }: ComponentProps<"input">) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  return (
    <span className="input-affix" style={style}>
      <input className={named("input input-password", className)} {...rest} type={shown ? "text" : "password"} />
      <button type="button" className="input-eye" aria-pressed={shown} aria-label={t("common.showPassword")} onClick={() => setShown(!shown)}><Icon name={shown ? "hide" : "view"} size={18} /></button>
    </span>
  );
}

/** Several lines, growing with what is written. */
function TextArea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea rows={3} className={named("input input-area", className)} {...rest} />;
}

type SearchProps = Omit<ComponentProps<"input">, "onSubmit"> & { onSearch: (words: string) => void };

/** Searches on Enter, by the button, and when it is emptied. */
function Search({ className, onSearch, ...rest }: SearchProps) {
  const { t } = useTranslation();
  const emptied = (e: FormEvent<HTMLInputElement>) => {
    if (!e.currentTarget.value) onSearch("");
  };
  return (
    <span className="input-affix input-search">
      <input className={named("input", className)} {...rest} type="search" enterKeyHint="search" onInput={emptied} onKeyDown={(e) => {
        if (e.key !== "Enter" || e.nativeEvent.isComposing) return;
        e.preventDefault();
        onSearch(e.currentTarget.value.trim());
      }} />
      <button type="button" className="input-eye" aria-label={t("common.search")} onClick={(e) => onSearch((e.currentTarget.previousElementSibling as HTMLInputElement).value.trim())}><Icon name="search" size={18} /></button>
    </span>
  );
}

/** Fields for text. `Field` gives them label, help and fault. */
export const Input = Object.assign(Text, { Password, TextArea, Search });
