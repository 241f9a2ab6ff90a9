//! The web build as it is served: from a folder here, which is where the same files lie in a binary.

use reqwest::StatusCode;

use crate::harness::{Client, TestDesk};

/// A desk that serves a small web build.
async fn desk_with_pages() -> (TestDesk, tempfile::TempDir) {
    let dir = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("has one")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    for page in ["desk", "help", "sign-in"] {
        write(&format!("{page}.html"), &format!("<p>{page}</p>"));
    }
    write("assets/desk-1a2b.js", "let desk;");
    write("assets/desk-1a2b.js.br", "small");
    write("static/boot.js", "let boot;");
    write("widget.js", "let widget;");
    let web = dir.path().to_owned();
    (TestDesk::start_with(|settings| settings.web.dir = web).await, dir)
}

#[tokio::test]
async fn every_address_of_an_app_leads_to_its_page() {
    let (desk, _dir) = desk_with_pages().await;
    let nobody = desk.anonymous();
    for (path, page) in [
        ("/", "desk"),
        ("/desk", "desk"),
        ("/desk/", "desk"),
        ("/desk/tickets/0192/anything", "desk"),
        ("/help", "help"),
        ("/help/", "help"),
        ("/help/requests/7", "help"),
        ("/sign-in?code=x", "sign-in"),
    ] {
        let answer = nobody.get(path).await;
        answer.expect(StatusCode::OK);
        assert_eq!(answer.text, format!("<p>{page}</p>"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-cache"), "{path}");
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    }
}

#[tokio::test]
async fn a_page_that_is_the_same_is_not_sent_again() {
    let (desk, dir) = desk_with_pages().await;
    let nobody = desk.anonymous();
    let etag = nobody.get("/desk").await.header("etag").expect("an ETag").to_owned();
    let again =
        async || Client::send(nobody.request(reqwest::Method::GET, "/desk").header("if-none-match", &etag)).await;
    assert_eq!(again().await.status, StatusCode::NOT_MODIFIED);
    std::fs::write(dir.path().join("desk.html"), "<p>new</p>").expect("written");
    assert_eq!(again().await.text, "<p>new</p>");
}

#[tokio::test]
async fn hashed_files_are_kept_for_ever_and_sent_compressed() {
    let (desk, _dir) = desk_with_pages().await;
    let nobody = desk.anonymous();
    let small = nobody.request(reqwest::Method::GET, "/assets/desk-1a2b.js").header("accept-encoding", "gzip, br");
    let small = Client::send(small).await;
    assert_eq!((small.text.as_str(), small.header("content-encoding")), ("small", Some("br")));
    assert_eq!(small.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(small.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(small.header("vary"), Some("accept-encoding"));
    let plain = nobody.get("/assets/desk-1a2b.js").await;
    assert_eq!((plain.text.as_str(), plain.header("content-encoding")), ("let desk;", None));
    assert_eq!(nobody.get("/static/boot.js").await.header("cache-control"), Some("no-cache"));
    for missing in ["/assets/gone.js", "/assets/../desk.html", "/static/%2e%2e/desk.html", "/widget/none.js"] {
        assert_eq!(nobody.get(missing).await.status, StatusCode::NOT_FOUND, "{missing}");
    }
}

#[tokio::test]
async fn only_the_widget_is_for_pages_of_other_sites() {
    let (desk, _dir) = desk_with_pages().await;
    let nobody = desk.anonymous();
    let widget = nobody.get("/widget.js").await;
    assert_eq!(widget.header("cross-origin-resource-policy"), Some("cross-origin"));
    assert_eq!(widget.header("access-control-allow-origin"), Some("*"));
    for own in ["/assets/desk-1a2b.js", "/desk", "/static/boot.js"] {
        let answer = nobody.get(own).await;
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"), "{own}");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{own}");
    }
}
