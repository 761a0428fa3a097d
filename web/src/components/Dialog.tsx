import { useEffect, useRef, type ReactNode } from "react";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import "./Dialog.css";

/** A modal window on the browser's own dialog: it traps focus, closes by Escape and gives focus back. */
export function Dialog({ open, title, onClose, children, footer, wide }: { open: boolean; title: ReactNode; onClose: () => void; children: ReactNode; footer?: ReactNode; wide?: boolean }) {
  const ref = useRef<HTMLDialogElement>(null);
  const { t } = useTranslation();
  useEffect(() => {
    const d = ref.current;
    if (!d) return;
    if (open && !d.open) d.showModal();
    if (!open && d.open) d.close();
  }, [open]);
  return (
    <dialog ref={ref} className={`dialog${wide ? " dialog-wide" : ""}`} aria-labelledby="dialog-title" onClose={onClose} onCancel={onClose}>
      {open ? (
        <>
          <header className="dialog-head">
            <h2 id="dialog-title">{title}</h2>
            <button type="button" className="dialog-close" aria-label={t("common.close")} onClick={onClose}>×</button>
          </header>
          <div className="dialog-body stack">{children}</div>
          {footer ? <footer className="dialog-foot">{footer}</footer> : null}
        </>
      ) : null}
    </dialog>
  );
}

/** Asks before something that cannot be taken back. */
export function Confirm({ open, title, children, ok, danger, busy, onOk, onClose }: { open: boolean; title: ReactNode; children?: ReactNode; ok: string; danger?: boolean; busy?: boolean; onOk: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  const buttons = (
    <>
      <Button onClick={onClose}>{t("common.cancel")}</Button>
      <Button type="primary" danger={danger} loading={busy} onClick={onOk}>{ok}</Button>
    </>
  );
  return <Dialog open={open} title={title} onClose={onClose} footer={buttons}>{children}</Dialog>;
}
