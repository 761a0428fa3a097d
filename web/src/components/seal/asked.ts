/** A selection for whose sealing approval was asked: it must be the same when it is sealed. Kept on this device. */
export type Asked = { approval: string; seal: string; title: string; action: string; cases: string[] };

const KEY = "cinnabar.askedSealing";
const MOST = 10;

export function askedList(): Asked[] {
  try {
    const list = JSON.parse(localStorage.getItem(KEY) ?? "[]") as Asked[];
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

const write = (list: Asked[]) => localStorage.setItem(KEY, JSON.stringify(list.slice(-MOST)));

export const keepAsked = (a: Asked) => write([...askedList().filter((x) => x.approval !== a.approval), a]);
export const forgetAsked = (approval: string) => write(askedList().filter((x) => x.approval !== approval));

const same = (a: string[], b: string[]) => a.length === b.length && a.every((id) => b.includes(id));

/** What was sealed needs no reminder any more. */
export const doneAsked = (seal: string, cases: string[]) => write(askedList().filter((x) => x.seal !== seal || !same(x.cases, cases)));
