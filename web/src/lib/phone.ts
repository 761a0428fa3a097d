import { useSyncExternalStore } from "react";

const phones = window.matchMedia("(max-width: 767px)");

function subscribe(changed: () => void) {
  phones.addEventListener("change", changed);
  return () => phones.removeEventListener("change", changed);
}

/** True on screens narrower than 768 px; changes when the device is turned. */
export function usePhone(): boolean {
  return useSyncExternalStore(subscribe, () => phones.matches);
}
