import { useSession, rights } from "@/lib/session.ts";
import { MyCases } from "./MyCases.tsx";
import { Queue } from "./Queue.tsx";

/** Staff begin at their queue, everybody else at their own cases. */
export default function HomePage() {
  const { data: session } = useSession();
  if (!session) return null;
  return rights(session).staff ? <Queue /> : <MyCases name={session.person.name} />;
}
