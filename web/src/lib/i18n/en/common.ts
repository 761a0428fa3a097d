import type * as zh from "../zh/common.ts";
export const common: typeof zh.common = {
  brand: "Cinnabar", loading: "Loading…", retry: "Try again", close: "Close", cancel: "Cancel", save: "Save", saved: "Saved", remove: "Remove", add: "Add",
  back: "Back", more: "Load more", search: "Search", clear: "Clear", all: "All", yes: "Yes", no: "No", optional: "optional", download: "Download", print: "Print", view: "View",
  reason: "Reason", name: "Name", state: "State", actions: "Actions", phone: "Phone", skip: "Skip to content", language: "中文", copy: "Copy", copied: "Copied", none: "None", confirm: "Confirm", details: "Details", showPassword: "Show password",
  left: "{{time}} left", overdue: "{{time}} overdue", page: "Page {{page}} of {{pages}}", by: "By", date: "Date",
};
export const nav: typeof zh.nav = {
  main: "Main navigation", home: "Home", documents: "Documents", batches: "Batches", queue: "Queue", cases: "My cases", archive: "Contracts", seals: "Seals", inbox: "Inbox", verify: "Verify", admin: "Admin", help: "Help", account: "Account", more: "More", signIn: "Sign in", signOut: "Sign out", signedOut: "You are signed out", actingFor: "Acting as", myself: "Myself", unread: "{{count}} unread",
  demoBar: "About this demonstration", switchTo: "Act as", demo: "Demonstration: sample data; codes and mails are not really sent.", demoAccounts: "Demo accounts", demoMailbox: "Mail and SMS", secondFactor: "Some of your roles count only when you sign in with an authenticator app.", offline: "You are offline. What you typed is kept on this device and saved once you are back.",
};
export const problem: typeof zh.problem = {
  unknown: "Something went wrong",
  "unknown-help": "Please try again. If it keeps failing, contact the office that handles your case.",
  server: "The server could not finish this",
  "server-help": "Nothing you typed is lost. Please try again in a moment.",
  offline: "The server cannot be reached",
  "offline-help": "Check your connection. What you typed is still here.",
  requestId: "Request",
  nothing: "Not found",
  "nothing-help": "It may not exist, or you may not be allowed to see it.",
};
