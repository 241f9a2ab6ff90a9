// Compiles messages/ into typed functions, a module for each language. The command line of the compiler has no such choice.
import { compile } from "@inlang/paraglide-js";

await compile({ project: "./project.inlang", outdir: "./generated/messages", outputStructure: "locale-modules" });
