//! The OpenAPI document as others use it: it is valid, and generators make clients of it that work.
//!
//! `scripts/test` installs the generators. What a language's tools are needed for beyond that (Node with TypeScript, Go) is
//! tried where they are there; the clients are generated in any case.

use std::path::{Path, PathBuf};
use std::process::Command;

use docket_tests::{Docket, cache_dir, repository, run_tool, skip};
use tempfile::TempDir;

/// A folder with the server's document in it.
struct Generated {
    folder: TempDir,
    docket: Docket,
}

impl Generated {
    /// `None`, saying so, if the generators are not there.
    async fn start() -> Option<Self> {
        if !tool("openapi-generator-cli").exists() {
            skip("the generators of clients are not there; scripts/test installs them");
            return None;
        }
        let docket = Docket::start().await;
        let folder = tempfile::tempdir().expect("a folder");
        let document = docket.anonymous().get("/openapi.json").await;
        document.ok();
        std::fs::write(folder.path().join("openapi.json"), &document.text).expect("written");
        Some(Self { folder, docket })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Has openapi-generator make a client in the folder `to`.
    fn generate(&self, language: &str, to: &str, properties: &str) -> PathBuf {
        let mut command = Command::new(tool("openapi-generator-cli"));
        command.args(["generate", "-i"]).arg(self.path("openapi.json")).args(["-g", language, "-o"]).arg(self.path(to));
        if !properties.is_empty() {
            command.args(["--additional-properties", properties]);
        }
        run_tool(&mut command);
        self.path(to)
    }

    /// Copies a program that uses a client.
    fn copy(&self, script: &str, to: &str) -> PathBuf {
        let to = self.path(to);
        std::fs::create_dir_all(to.parent().expect("in a folder")).expect("a folder");
        std::fs::copy(clients().join(script), &to).expect("copied");
        to
    }

    /// Runs such a program; it prints the number of the ticket it opened.
    fn uses(&self, command: &mut Command) {
        let printed = run_tool(command.args([&self.docket.url(), self.docket.token()]));
        assert!(printed.trim().starts_with("TKT-"), "{printed}");
    }
}

fn tool(name: &str) -> PathBuf {
    cache_dir().join("venv/bin").join(name)
}

fn clients() -> PathBuf {
    repository().join("scripts/foreign/clients")
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).expect("generated");
    assert!(text.contains(from), "{} has no {from:?}", path.display());
    std::fs::write(path, text.replace(from, to)).expect("written");
}

fn has(program: &str) -> bool {
    Command::new(program).arg("version").output().is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_is_valid_and_python_and_go_clients_are_made_of_it() {
    let Some(generated) = Generated::start().await else { return };
    run_tool(Command::new(tool("openapi-spec-validator")).arg(generated.path("openapi.json")));

    let client = generated.generate("python", "python", "");
    let script = clients().join("use_openapi_generator.py");
    generated.uses(Command::new(tool("python")).arg(script).env("PYTHONPATH", client));

    let client = generated.path("httpx");
    std::fs::create_dir(&client).expect("a folder");
    let mut generator = Command::new(tool("openapi-python-client"));
    generator.args(["generate", "--meta", "none", "--fail-on-warning", "--path"]).arg(generated.path("openapi.json"));
    generator.arg("--config").arg(clients().join("openapi_python_client.yaml"));
    // It wants to tidy up with a tool that lies beside it.
    let mut path = vec![tool("")];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    generator.env("PATH", std::env::join_paths(path).expect("no colon in them"));
    run_tool(generator.arg("--output-path").arg(client.join("docket_client")));
    let script = clients().join("use_openapi_python_client.py");
    generated.uses(Command::new(tool("python")).arg(script).env("PYTHONPATH", client));

    let client = generated.generate("go", "go/client", "packageName=docket");
    if !has("go") {
        eprintln!("SKIPPED: the Go client is generated but not compiled: there is no Go here");
        return;
    }
    replace(&client.join("go.mod"), "github.com/GIT_USER_ID/GIT_REPO_ID", "docket.example/client");
    let program = generated.copy("use_go.go", "go/use_go.go");
    let folder = program.parent().expect("in a folder");
    let module = "module docket.example/use\ngo 1.23\nrequire docket.example/client v0.0.0\n\
                  replace docket.example/client => ./client\n";
    std::fs::write(folder.join("go.mod"), module).expect("written");
    run_tool(Command::new("go").args(["mod", "tidy"]).current_dir(folder));
    generated.uses(Command::new("go").args(["run", "."]).current_dir(folder));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_typescript_client_is_made_of_it() {
    let Some(generated) = Generated::start().await else { return };
    generated.generate("typescript-fetch", "typescript/client", "");
    let program = generated.copy("use_typescript.ts", "typescript/use_typescript.ts");
    let compiler = cache_dir().join("node/node_modules/typescript/bin/tsc");
    if !compiler.exists() {
        eprintln!(
            "SKIPPED: the TypeScript client is generated but not compiled: scripts/test installs TypeScript where npm is"
        );
        return;
    }
    let out = generated.path("typescript/out");
    let mut command = Command::new("node");
    command.arg(compiler).args(["--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2022,dom"]);
    run_tool(command.args(["--module", "commonjs", "--outDir"]).arg(&out).arg(program));
    generated.uses(Command::new("node").arg(out.join("use_typescript.js")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rust_client_is_made_of_it() {
    let Some(generated) = Generated::start().await else { return };
    let client = generated.generate("rust", "rust", "packageName=openapi");
    generated.copy("use_rust.rs", "rust/examples/use_rust.rs");
    let runtime = "tokio = { version = \"1\", features = [\"macros\", \"rt\"] }\n\n[features]";
    replace(&client.join("Cargo.toml"), "[features]", runtime);
    // The same versions as here, which are compiled from what was downloaded before.
    std::fs::copy(repository().join("Cargo.lock"), client.join("Cargo.lock")).expect("copied");
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(&client)
        .env("CARGO_TARGET_DIR", cache_dir().join("rust-client"))
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    command.args(["run", "--quiet", "--no-default-features", "--example", "use_rust", "--"]);
    generated.uses(&mut command);
}
