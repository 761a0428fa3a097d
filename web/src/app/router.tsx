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
];

const memberPages: RouteObject[] = [
  page("/", () => import("@/features/home/HomePage.tsx")),
  page("/queue", () => import("@/features/home/QueuePage.tsx")),
  page("/start", () => import("@/features/home/StartPage.tsx")),
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
