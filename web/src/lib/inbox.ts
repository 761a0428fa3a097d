import { useQuery } from "@tanstack/react-query";
import { get, items } from "./api/client.ts";
import type { InboxItem, Page } from "./api/types.ts";
import { useLiveEvents } from "./events.ts";

/** How many messages are unread; kept current by the live stream. */
export function useUnread(signedIn: boolean): number {
  useLiveEvents(signedIn);
  const unread = useQuery({
    queryKey: ["inbox", "unread"],
    queryFn: async () => {
      const page = await get<Page<InboxItem>>("/inbox?unread=1&limit=100");
      return page.total ?? items(page).length;
    },
    enabled: signedIn,
  });
  return unread.data ?? 0;
}
