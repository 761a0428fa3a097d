import { useEffect } from "react";
import type { Case, CaseFile, Section, Text, Verdict } from "@/lib/api/types.ts";

/** Something that gets a verdict: a material of files, or a section of data. */
export type Subject = { name: string; title: Text; verdict: Verdict; reason: string; changed: boolean; files: CaseFile[]; former: CaseFile[]; section?: Section; lacking?: boolean };
export type Entry = { verdict: Verdict; reason: string };
export type Verdicts = Record<string, Entry>;

/** In the order of the case: data first, then the uploaded materials; what nobody handed in is left out. */
export function subjects(c: Case): Subject[] {
  const known = new Set<string>();
  const data: Subject[] = [];
  const out: Subject[] = [];
  for (const m of c.materials) {
    const section = m.section ? c.sections.find((s) => s.id === m.section) : undefined;
    if (section) known.add(section.id);
    if (!section && !m.files.length && !m.required) continue;
    const verdict: Verdict = m.status === "qualified" || m.status === "unqualified" ? m.status : "";
    out.push({ name: m.name, title: m.title, verdict, reason: m.reason ?? "", changed: !!m.changed && !!(m.reason || m.former?.length || section?.former), files: m.files, former: m.former ?? [], section, lacking: !section && !m.files.length });
  }
  for (const s of c.sections) {
    if (known.has(s.id) || !s.judged) continue;
    data.push({ name: s.judged.material, title: s.title, verdict: s.judged.verdict as Verdict, reason: s.judged.reason, changed: s.judged.changed && !!(s.judged.reason || s.former), files: [], former: [], section: s });
  }
  return [...data, ...out];
}

export function judged(c: Case, verdicts: Verdicts): { material: string; verdict: Verdict; reason: string }[] {
  return subjects(c).flatMap((s) => {
    const v = verdicts[s.name];
    return v?.verdict ? [{ material: s.name, verdict: v.verdict, reason: v.verdict === "unqualified" ? v.reason.trim() : "" }] : [];
  });
}

/** Everything has a verdict, and every "unqualified" says why. */
export function ready(c: Case, verdicts: Verdicts): boolean {
  const list = judged(c, verdicts);
  return list.length > 0 && list.length === subjects(c).length && list.every((v) => v.verdict !== "unqualified" || v.reason);
}

function typing(e: KeyboardEvent): boolean {
  const el = e.target as HTMLElement;
  return /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName) || el.isContentEditable || e.ctrlKey || e.metaKey || e.altKey;
}

/** J and K move, Q and U judge; letters typed into a field stay letters. */
export function useDeskKeys(list: Subject[], at: number, setAt: (i: number) => void, set: (name: string, v: Partial<Entry>) => void) {
  useEffect(() => {
    const go = (i: number) => {
      const next = Math.min(list.length - 1, Math.max(0, i));
      setAt(next);
      document.getElementById(`subject-${list[next]?.name}`)?.scrollIntoView({ block: "nearest" });
    };
    const onKey = (e: KeyboardEvent) => {
      if (typing(e)) return;
      const subject = list[at];
      const key = e.key.toLowerCase();
      if (key === "j") go(at + 1);
      if (key === "k") go(at - 1);
      if (key === "q" && subject && !subject.lacking) {
        set(subject.name, { verdict: "qualified" });
        go(at + 1);
      }
      if (key === "u" && subject) {
        e.preventDefault();
        set(subject.name, { verdict: "unqualified" });
        setTimeout(() => document.getElementById(`reason-${subject.name}`)?.focus());
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [list, at, setAt, set]);
}
