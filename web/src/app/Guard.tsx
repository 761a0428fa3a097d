import { Navigate, Outlet, useLocation } from "react-router";
import { useSession } from "@/lib/session.ts";
import { Loaded } from "@/components/Problem.tsx";

/** Pages behind it need a session; who has none signs in and comes back here. */
export function Guard() {
  const session = useSession();
  const at = useLocation();
  return (
    <Loaded query={session}>
      {(s) => (s ? <Outlet /> : <Navigate to={`/signin?next=${encodeURIComponent(at.pathname + at.search)}`} replace />)}
    </Loaded>
  );
}
