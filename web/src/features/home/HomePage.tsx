import { useSession, rights } from "@/lib/session.ts";
import { DocumentsHint, DocumentsHome } from "./DocumentsHome.tsx";
import { MyCases } from "./MyCases.tsx";
import { Queue } from "./Queue.tsx";

/** Staff begin at their queue, who only makes, seals or audits documents at those, everybody else at their own cases. */
export default function HomePage() {
  const { data: session } = useSession();
  if (!session) return null;
  const mayDo = rights(session);
  if (mayDo.docs.any && !mayDo.staff && session.org?.kind === "operator") return <DocumentsHome session={session} />;
  return (
    <>
      {mayDo.docs.any ? <div className="page" style={{ paddingBottom: 0 }}><DocumentsHint docs={mayDo.docs} /></div> : null}
      {mayDo.staff ? <Queue /> : <MyCases name={session.person.name} />}
    </>
  );
}
