import { createBrowserRouter, Outlet, type RouteObject } from "react-router";
import { Shell } from "./Shell.tsx";
import { NotFoundPage, RouteErrorPage } from "./ErrorPages.tsx";
import { Guard } from "./Guard.tsx";

type Loader = () => Promise<{ default: React.ComponentType }>;

/** A page in a chunk of its own, fetched when its address is opened. */
const page = (path: string, load: Loader): RouteObject => ({ path, lazy: async () => ({ Component: (await load()).default }) });

const publicPages: RouteObject[] = [
  page("/signin", () => import("@/features/session/SignInPage.tsx")),
  page("/register", () => import("@/features/session/RegisterPage.tsx")),
  page("/forgot", () => import("@/features/session/ForgotPage.tsx")),
  page("/verify", () => import("@/features/verify/VerifyPage.tsx")),
  page("/v/:token", () => import("@/features/verify/TokenPage.tsx")),
  page("/l/:token", () => import("@/features/link/LinkPage.tsx")),
  page("/help", () => import("@/features/help/HelpPage.tsx")),
  page("/help/:topic", () => import("@/features/help/HelpPage.tsx")),
  page("/demo/accounts", () => import("@/features/demo/AccountsPage.tsx")),
  page("/demo/mailbox", () => import("@/features/demo/MailboxPage.tsx")),
];

const memberPages: RouteObject[] = [
  page("/", () => import("@/features/home/HomePage.tsx")),
  page("/queue", () => import("@/features/home/QueuePage.tsx")),
  page("/start", () => import("@/features/home/StartPage.tsx")),
  page("/cases/:id", () => import("@/features/cases/CasePage.tsx")),
  page("/cases/:id/desk", () => import("@/features/desk/DeskPage.tsx")),
  page("/archive", () => import("@/features/archive/ArchivePage.tsx")),
  page("/archive/import", () => import("@/features/archive/ImportPage.tsx")),
  page("/documents", () => import("@/features/edocuments/DocumentsPage.tsx")),
  page("/documents/new", () => import("@/features/edocuments/NewPage.tsx")),
  page("/documents/batch", () => import("@/features/edocuments/BatchNewPage.tsx")),
  page("/documents/numbers", () => import("@/features/edocuments/NumbersPage.tsx")),
  page("/documents/:id", () => import("@/features/edocuments/DocumentPage.tsx")),
  page("/documents/:id/correct", () => import("@/features/edocuments/CorrectPage.tsx")),
  page("/batches", () => import("@/features/edocuments/BatchesPage.tsx")),
  page("/batches/:id", () => import("@/features/edocuments/BatchPage.tsx")),
  page("/countersign", () => import("@/features/home/CountersignPage.tsx")),
  page("/seals", () => import("@/features/seals/SealsPage.tsx")),
  page("/seals/new", () => import("@/features/seals/ApplyPage.tsx")),
  page("/seals/:id", () => import("@/features/seals/SealPage.tsx")),
  page("/inbox", () => import("@/features/inbox/InboxPage.tsx")),
  page("/account", () => import("@/features/account/AccountPage.tsx")),
  page("/admin/departments", () => import("@/features/edocuments/admin/DepartmentsPage.tsx")),
  page("/admin/document-types", () => import("@/features/edocuments/admin/TypesPage.tsx")),
  page("/admin/document-types/:type", () => import("@/features/edocuments/admin/TypePage.tsx")),
  page("/admin", () => import("@/features/admin/AdminPage.tsx")),
  page("/admin/:tab", () => import("@/features/admin/AdminPage.tsx")),
];

export const router = createBrowserRouter([
  {
    element: <Shell />,
    errorElement: <RouteErrorPage />,
    HydrateFallback: () => null,
    children: [
      {
        errorElement: <RouteErrorPage />,
        element: <Outlet />,
        children: [...publicPages, { element: <Guard />, children: memberPages }, { path: "*", element: <NotFoundPage /> }],
      },
    ],
  },
]);
