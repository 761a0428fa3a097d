import { lazy, Suspense } from "react";
import type { CaseFile } from "@/lib/api/types.ts";
import { Dialog } from "@/components/Dialog.tsx";
import { inlineUrl } from "@/components/FileItem.tsx";
import { Loading } from "@/components/Loading.tsx";

const PdfViewer = lazy(() => import("@/components/PdfViewer.tsx"));

/** A material large enough to read. */
export function Viewer({ file, onClose }: { file: CaseFile; onClose: () => void }) {
  return (
    <Dialog wide open title={file.name} onClose={onClose}>
      {file.mime.startsWith("image/") ? <img src={inlineUrl(file)} alt={file.name} style={{ display: "block", margin: "0 auto", maxHeight: "72dvh" }} /> : <Suspense fallback={<Loading />}><PdfViewer src={inlineUrl(file)} height="72dvh" /></Suspense>}
    </Dialog>
  );
}
