const ATTRIBUTE = /\sstyle="([^"{}]*)"/g;

/**
 * Turns `style="a: b"` in the markup of components, which the content security policy forbids, into `style:a="b"`, which is set
 * by script and allowed. Our own components have none; bits-ui's command list has.
 * @returns {import("svelte/compiler").PreprocessorGroup}
 */
export function styleDirectives() {
  return {
    name: "docket-style-directives",
    markup({ content, filename }) {
      if (!filename?.includes("node_modules") || !content.includes(' style="')) return;
      const code = content.replace(ATTRIBUTE, (_, declarations) =>
        declarations.split(";").map((one) => one.split(/:(.*)/s, 2).map((part) => part.trim())).filter(([name]) => name)
          .map(([name, value]) => ` style:${name}="${value}"`).join(""));
      return { code };
    },
  };
}
