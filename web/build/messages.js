// Compiles messages/ into typed functions, a module for each language. The command line of the compiler has no such choice.
// The widget's words are a project of their own: a page of another site loads no word of the desk. So are the names of all that
// can be in the trail: the desk begins without them.
import { compile } from "@inlang/paraglide-js";

await compile({ project: "./project.inlang", outdir: "./generated/messages", outputStructure: "locale-modules" });
await compile({ project: "./build/trail.inlang", outdir: "./generated/trail", outputStructure: "locale-modules" });
await compile({ project: "./build/widget.inlang", outdir: "./generated/widget", outputStructure: "locale-modules" });
