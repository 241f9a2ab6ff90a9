//! Builds `web/` into `OUT_DIR/web`, from where the binary takes it. Without Node, without `web/`, or with `DOCKET_WEB=off`
//! in the build's environment the folder stays empty and the server says so where the pages would be.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;
use std::{env, fs};

/// What the build reads beneath `web/`, and what lies in `web/build`. What it writes there (`node_modules`, `generated`, notes beside
/// the settings of a translation) is not among it: it would be newer than the build, which would run again each time.
const SOURCES: [&str; 13] = [
    "src",
    "messages",
    "static",
    "desk.html",
    "help.html",
    "sign-in.html",
    "package.json",
    "package-lock.json",
    ".npmrc",
    "project.inlang/settings.json",
    "svelte.config.js",
    "tsconfig.json",
    "vite.config.ts",
];
/// The oldest Node that Vite runs on.
const NODE_MAJOR: u32 = 20;

fn main() {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("web");
    let web = here.join("../web");
    watch(&here, &web);
    say_what_is_built();
    fs::create_dir_all(&out).expect("OUT_DIR is writable");
    if env::var("DOCKET_WEB").is_ok_and(|value| value == "off") {
        clear(&out);
        return;
    }
    if let Err(missing) = build(&web, &out) {
        println!("cargo::warning=the web pages are not built: {missing}");
        clear(&out);
    }
}

/// For `docket_build_info`. The revision is what the build is told it is: a look into `.git` would build everything again
/// after each commit.
fn say_what_is_built() {
    println!("cargo::rerun-if-env-changed=DOCKET_REVISION");
    println!("cargo::rustc-env=DOCKET_REVISION={}", env::var("DOCKET_REVISION").unwrap_or_default());
    let rustc = env::var_os("RUSTC").expect("cargo sets it");
    let version = Command::new(rustc).arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    println!("cargo::rustc-env=DOCKET_RUSTC={}", String::from_utf8_lossy(&version).trim());
}

fn watch(here: &Path, web: &Path) {
    println!("cargo::rerun-if-env-changed=DOCKET_WEB");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", here.join("../docs/openapi.json").display());
    for part in SOURCES {
        println!("cargo::rerun-if-changed={}", web.join(part).display());
    }
    for entry in fs::read_dir(web.join("build")).into_iter().flatten().flatten() {
        let path = entry.path();
        let read = if path.is_dir() { path.join("settings.json") } else { path };
        println!("cargo::rerun-if-changed={}", read.display());
    }
}

/// Builds, or says what it takes to.
///
/// # Panics
/// When the build itself fails: then the sources are wrong, and a binary without pages would hide it.
fn build(web: &Path, out: &Path) -> Result<(), String> {
    if !web.join("package.json").is_file() {
        return Err("there is no folder web/".into());
    }
    let version = Command::new("node").arg("--version").output().map_err(|_| "Node is not installed".to_owned())?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let major: u32 = version.trim_start_matches('v').split('.').next().and_then(|part| part.parse().ok()).unwrap_or(0);
    if major < NODE_MAJOR {
        return Err(format!("Node {version} is too old, {NODE_MAJOR} or newer is needed"));
    }
    install(web)?;
    let before = times(web);
    let output = npm(web)
        .args(["run", "build", "--", "--logLevel", "warn", "--emptyOutDir", "--outDir"])
        .arg(out)
        .output()
        .map_err(|error| format!("npm cannot be run: {error}"))?;
    assert!(
        output.status.success(),
        "npm run build failed in web/:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    set_back(&before);
    Ok(())
}

/// The settings of translations, with what is in them and since when: the compiler of translations writes them again, word for
/// word, and they would be newer than the build, which would run again each time.
fn times(web: &Path) -> Vec<(PathBuf, Vec<u8>, SystemTime)> {
    let beside = fs::read_dir(web.join("build")).into_iter().flatten().flatten().map(|entry| entry.path());
    let projects = beside.filter(|path| path.is_dir()).chain([web.join("project.inlang")]);
    let settings = projects.map(|project| project.join("settings.json"));
    settings
        .filter_map(|path| Some((path.clone(), fs::read(&path).ok()?, path.metadata().ok()?.modified().ok()?)))
        .collect()
}

fn set_back(before: &[(PathBuf, Vec<u8>, SystemTime)]) {
    for (path, content, modified) in before {
        if fs::read(path).is_ok_and(|now| now == *content) {
            // Should it not work, the next build takes longer.
            let _ = fs::File::options().write(true).open(path).and_then(|file| file.set_modified(*modified));
        }
    }
}

/// `npm ci`, unless what the lock file says is there already.
fn install(web: &Path) -> Result<(), String> {
    let lock = fs::read(web.join("package-lock.json")).map_err(|_| "web/package-lock.json is missing".to_owned())?;
    let installed = web.join("node_modules/.docket-lock.json");
    if fs::read(&installed).is_ok_and(|there| there == lock) {
        return Ok(());
    }
    let output = npm(web)
        .args(["ci", "--no-audit", "--no-fund"])
        .output()
        .map_err(|error| format!("npm cannot be run: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said: Vec<&str> = said.lines().filter(|line| line.contains("error")).take(3).collect();
        return Err(format!("npm ci failed in web/: {}", said.join("; ")));
    }
    fs::write(&installed, lock).map_err(|error| format!("web/node_modules is not writable: {error}"))
}

fn npm(web: &Path) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(web).stdin(Stdio::null());
    command
}

fn clear(out: &Path) {
    for entry in fs::read_dir(out).into_iter().flatten().flatten() {
        let path = entry.path();
        // What cannot be removed would be served as if it had been built.
        if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) }.expect("OUT_DIR is writable");
    }
}
