//! The files of the web build: inside the binary, or in a folder while somebody works on them. Debug binaries read them from
//! where the build left them.

use std::borrow::Cow;
use std::path::{Component, Path};

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_ENCODING;
use bytes::Bytes;
use rust_embed::RustEmbed;

use crate::config::WebSettings;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/web"]
struct Embedded;

/// A file to answer with.
pub(super) struct File {
    /// What is in it, as it is sent.
    pub(super) bytes: Bytes,
    /// Its kind, with the character set of texts.
    pub(super) content_type: String,
    /// Changes when what is in it does; in quotes.
    pub(super) etag: String,
    /// How it is compressed.
    pub(super) encoding: Option<Encoding>,
}

/// How a file is compressed. The build has done it already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
}

impl Encoding {
    /// The name in `Content-Encoding`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
        }
    }

    /// What a client takes, the smallest first.
    pub(super) fn accepted(headers: &HeaderMap) -> Vec<Self> {
        let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let taken: Vec<&str> = values
            .flat_map(|value| value.split(','))
            .filter_map(|item| {
                let (name, weight) = item.split_once(';').unwrap_or((item, ""));
                let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
                (weight != Some(0.0)).then_some(name.trim())
            })
            .collect();
        [Self::Brotli, Self::Gzip].into_iter().filter(|one| taken.contains(&one.name())).collect()
    }
}

/// The file of that name, compressed in the first of `encodings` there is.
pub(super) async fn find(settings: &WebSettings, name: &str, encodings: &[Encoding]) -> Option<File> {
    // A folder is somebody's file system: nothing above or beside it.
    let is_plain = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    if !is_plain {
        return None;
    }
    for encoding in encodings {
        if let Some(bytes) = read(settings, &format!("{name}{}", encoding.suffix())).await {
            return Some(file(name, bytes, Some(*encoding)));
        }
    }
    Some(file(name, read(settings, name).await?, None))
}

async fn read(settings: &WebSettings, name: &str) -> Option<Bytes> {
    if !settings.dir.as_os_str().is_empty() {
        return tokio::fs::read(settings.dir.join(name)).await.ok().map(Bytes::from);
    }
    match Embedded::get(name)?.data {
        Cow::Borrowed(inside) => Some(Bytes::from_static(inside)),
        Cow::Owned(read) => Some(Bytes::from(read)),
    }
}

fn file(name: &str, bytes: Bytes, encoding: Option<Encoding>) -> File {
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let is_text = kind.type_() == mime_guess::mime::TEXT || kind.subtype() == mime_guess::mime::JAVASCRIPT;
    let content_type = if is_text { format!("{}; charset=utf-8", kind.essence_str()) } else { kind.to_string() };
    let etag = format!("\"{}\"", hex::encode(&digest(&SHA256, &bytes).as_ref()[..12]));
    File { bytes, content_type, etag, encoding }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(dir: &Path) -> WebSettings {
        WebSettings { dir: dir.to_owned() }
    }

    #[test]
    fn what_a_client_takes_is_believed() {
        let taken = |text: &'static str| {
            Encoding::accepted(&HeaderMap::from_iter([(ACCEPT_ENCODING, text.parse().expect("a value"))]))
        };
        assert_eq!(taken("gzip, deflate, br;q=1.0"), [Encoding::Brotli, Encoding::Gzip]);
        assert_eq!(taken("gzip, br;q=0"), [Encoding::Gzip]);
        assert_eq!(taken("identity"), []);
        assert_eq!(Encoding::accepted(&HeaderMap::new()), []);
    }

    #[tokio::test]
    async fn a_folder_shows_only_what_is_in_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let inside = dir.path().join("dist");
        std::fs::create_dir(&inside).expect("made");
        std::fs::write(dir.path().join("secret"), "no").expect("written");
        std::fs::write(inside.join("desk.html"), "<p>").expect("written");
        std::fs::write(inside.join("desk.html.br"), "…").expect("written");
        let settings = settings(&inside);
        let plain = find(&settings, "desk.html", &[]).await.expect("is there");
        assert_eq!((&plain.bytes[..], plain.content_type.as_str()), (&b"<p>"[..], "text/html; charset=utf-8"));
        let small = find(&settings, "desk.html", &[Encoding::Brotli]).await.expect("is there");
        assert_eq!((small.encoding, small.content_type), (Some(Encoding::Brotli), plain.content_type));
        assert_ne!(small.etag, plain.etag);
        for outside in ["../secret", "/etc/passwd", "", "a/../../secret"] {
            assert!(find(&settings, outside, &[]).await.is_none(), "{outside}");
        }
    }
}
