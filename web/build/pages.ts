import type { Plugin } from "vite";

/** Which page answers which addresses; the server does the same with the built files (`api/src/web`). */
const PAGES: [RegExp, string][] = [
  [/^\/desk(\/|$)/, "/desk.html"],
  [/^\/help(\/|$)/, "/help.html"],
  [/^\/sign-in(\/|$)/, "/sign-in.html"],
];

/** Lets the development server answer deep links with the page they belong to. */
export function pages(): Plugin {
  return {
    name: "docket-pages",
    apply: "serve",
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        const [path = "/", query] = (request.url ?? "/").split("?");
        const page = path === "/" ? "/desk.html" : PAGES.find(([pattern]) => pattern.test(path))?.[1];
        if (page && !/\.[a-z0-9]+$/.test(path)) request.url = query ? `${page}?${query}` : page;
        next();
      });
    },
  };
}
