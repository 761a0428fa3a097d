import { useQueries } from "@tanstack/react-query";
import { get } from "@/lib/api/client.ts";
import type { FileInfo } from "@/lib/api/types.ts";
import { FileItem } from "../FileItem.tsx";
import { Uploader } from "../Uploader.tsx";

/** Files inside a form: the form holds their ids only. */
export function FilesInput({ id, label, caseId, accept, max, value, onChange }: { id: string; label: string; caseId?: string; accept: string[]; max: number; value: string[]; onChange: (ids: string[]) => void }) {
  const infos = useQueries({ queries: value.map((f) => ({ queryKey: ["file", f], queryFn: () => get<FileInfo>(`/files/${encodeURIComponent(f)}`), staleTime: Infinity })) });
  return (
    <div className="stack" style={{ gap: 8 }}>
      {value.length ? (
        <ul className="file-list">
          {value.map((f, i) => <FileItem key={f} file={{ id: f, name: infos[i]?.data?.name ?? f, size: infos[i]?.data?.size ?? 0, mime: infos[i]?.data?.mime ?? "", url: "", masked: infos[i]?.data?.masked }} caseId={caseId} onRemove={() => onChange(value.filter((v) => v !== f))} />)}
        </ul>
      ) : null}
      {value.length < max ? <Uploader id={id} label={label} caseId={caseId} accept={accept} multiple={max > 1} onReady={(f) => onChange(max === 1 ? [f] : [...value, f])} /> : null}
    </div>
  );
}
