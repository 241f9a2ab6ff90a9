/** The theme: what the system says, unless somebody chose. `static/boot.js` applies it before the first paint. */

export type Theme = "system" | "light" | "dark";

const KEY = "docket.theme";

function stored(): Theme {
  const value = read();
  return value === "light" || value === "dark" ? value : "system";
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function apply(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

let current = $state<Theme>(stored());

export const theme = {
  get current(): Theme {
    return current;
  },
  /** Chooses a theme, in this tab and the others. */
  choose(next: Theme): void {
    current = next;
    apply(next);
    try {
      if (next === "system") localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, next);
    } catch {
      // Storage may be forbidden: then the choice holds for this page.
    }
  },
};

addEventListener("storage", (event) => {
  if (event.key === KEY) {
    current = stored();
    apply(current);
  }
});
