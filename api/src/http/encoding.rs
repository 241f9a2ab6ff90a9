//! How a body is packed: not at all, or with gzip where a route takes that.

use std::borrow::Cow;
use std::io::Write as _;

use axum::http::header::CONTENT_ENCODING;
use axum::http::{HeaderMap, StatusCode};
use flate2::write::MultiGzDecoder;

use super::problem::Problem;

/// Packed bytes that are unpacked at once: gzip makes at most about a thousand of one.
const STEP: usize = 4 * 1024;

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// It is not.
    Identity,
    /// With gzip.
    Gzip,
}

impl Encoding {
    /// What the request says, 415 if it is something that nothing here unpacks.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut encoding = Self::Identity;
        for value in headers.get_all(CONTENT_ENCODING) {
            for name in value.to_str().map_err(|_| unsupported(Self::TAKEN))?.split(',') {
                let name = name.trim().to_ascii_lowercase();
                encoding = match (name.as_str(), encoding) {
                    ("" | "identity", before) => before,
                    ("gzip" | "x-gzip", Self::Identity) => Self::Gzip,
                    _ => return Err(unsupported(Self::TAKEN)),
                };
            }
        }
        Ok(encoding)
    }

    const TAKEN: &str = "send the body packed with gzip once, or not packed";
}

/// Refuses a packed body where none is taken: what cannot be read must not be taken for something else.
pub(super) fn unpacked_only(headers: &HeaderMap) -> Result<(), Problem> {
    const TAKEN: &str = "send the body without a Content-Encoding";
    match Encoding::of(headers) {
        Ok(Encoding::Identity) => Ok(()),
        _ => Err(unsupported(TAKEN)),
    }
}

fn unsupported(taken: &str) -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_content_encoding",
        "Unsupported content encoding",
        taken,
    )
}

/// Unpacks a body piece by piece.
pub(super) struct Unpacker {
    gzip: Option<MultiGzDecoder<Vec<u8>>>,
    /// Bytes that may still come out.
    left: u64,
    most: u64,
}

impl Unpacker {
    /// Of a body with this encoding, which may come to `most` bytes if it is packed.
    pub(super) fn new(encoding: Encoding, most: u64) -> Self {
        let gzip = (encoding == Encoding::Gzip).then(|| MultiGzDecoder::new(Vec::new()));
        Self { gzip, left: most, most }
    }

    /// What a piece holds, in parts of a few MiB at most.
    ///
    /// # Errors
    /// 400 if it is not gzip, 413 beyond the bound.
    pub(super) fn push<'a>(&'a mut self, piece: &'a [u8]) -> impl Iterator<Item = Result<Cow<'a, [u8]>, Problem>> {
        let step = if self.gzip.is_some() { STEP } else { piece.len().max(1) };
        piece.chunks(step).map(|step| {
            let Some(gzip) = &mut self.gzip else { return Ok(Cow::Borrowed(step)) };
            gzip.write_all(step).map_err(|_| not_gzip())?;
            let unpacked = std::mem::take(gzip.get_mut());
            self.left = self.left.checked_sub(unpacked.len() as u64).ok_or_else(|| too_large(self.most))?;
            Ok(Cow::Owned(unpacked))
        })
    }

    /// Ends it, and says what was left.
    ///
    /// # Errors
    /// 400 if it broke off, 413 beyond the bound.
    pub(super) fn finish(self) -> Result<Vec<u8>, Problem> {
        let Some(gzip) = self.gzip else { return Ok(Vec::new()) };
        let rest = gzip.finish().map_err(|_| not_gzip())?;
        if rest.len() as u64 > self.left { Err(too_large(self.most)) } else { Ok(rest) }
    }
}

fn not_gzip() -> Problem {
    Problem::malformed("malformed_encoding", "the body is not whole gzip, as its Content-Encoding says")
}

fn too_large(most: u64) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        "The body is too large",
        format!("a body may unpack to at most {most} bytes"),
    )
    .with("limit", most)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(text).expect("memory takes all");
        gzip.finish().expect("memory takes all")
    }

    fn unpack(body: &[u8], piece: usize, most: u64) -> Result<Vec<u8>, Problem> {
        let (mut unpacker, mut all) = (Unpacker::new(Encoding::Gzip, most), Vec::new());
        for piece in body.chunks(piece) {
            for part in unpacker.push(piece) {
                all.extend_from_slice(&part?);
            }
        }
        all.extend(unpacker.finish()?);
        Ok(all)
    }

    #[test]
    fn gzip_comes_out_wherever_its_bytes_are_cut_and_however_many_files_it_is() {
        let body = [packed(b"one\ntwo"), packed(b"\nthree")].concat();
        for piece in 1..body.len() {
            assert_eq!(unpack(&body, piece, 1 << 20).expect("gzip"), b"one\ntwo\nthree", "{piece}");
        }
    }

    #[test]
    fn what_is_cut_off_wrong_or_too_much_is_refused() {
        let body = packed(&vec![b' '; 1 << 24]);
        assert_eq!(unpack(&body, 1 << 16, 1 << 24).expect("just fits").len(), 1 << 24);
        for (body, most, code) in [
            (&body[..], (1 << 24) - 1, "body_too_large"),
            (&body[..body.len() - 4], 1 << 24, "malformed_encoding"),
            (b"plain text", 1 << 24, "malformed_encoding"),
        ] {
            let Err(problem) = unpack(body, 1 << 16, most) else { panic!("taken, not {code}") };
            assert!(format!("{problem:?}").contains(code), "{problem:?}");
        }
    }

    #[test]
    fn what_nothing_unpacks_is_refused() {
        let of = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CONTENT_ENCODING, HeaderValue::from_str(value).expect("a value"));
            }
            Encoding::of(&headers).ok()
        };
        assert_eq!(of(&[]), Some(Encoding::Identity));
        assert_eq!(of(&["identity"]), Some(Encoding::Identity));
        assert_eq!(of(&["GZip"]), Some(Encoding::Gzip));
        assert_eq!((of(&["br"]), of(&["zstd"]), of(&["gzip, gzip"]), of(&["gzip", "br"])), (None, None, None, None));
    }
}
