import { useQuery } from "@tanstack/react-query";
import { get } from "./api/client.ts";
import type { Unread } from "./api/types.ts";
import { useLiveEvents } from "./events.ts";

/** How many messages are unread, and how many for each organisation; kept current by the live stream. */
export function useUnread(signedIn: boolean): Unread {
  useLiveEvents(signedIn);
  const unread = useQuery({ queryKey: ["inbox", "unread"], queryFn: () => get<Unread>("/inbox/unread"), enabled: signedIn });
  return unread.data ?? { unread: 0, orgs: {} };
}
