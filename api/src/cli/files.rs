//! Files that may be packed with gzip. `-` is the standard input or output.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use tempfile::NamedTempFile;

/// The standard input or output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Opens a file, unpacking it if its first bytes say that it is packed; its name does not matter.
pub(crate) fn open(path: &Path) -> io::Result<Input> {
    let (file, size): (Box<dyn Read + Send>, _) = if is_standard(path) {
        (Box::new(io::stdin()), 0) // how much will come nobody knows
    } else {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        (Box::new(file), size)
    };
    let read = Arc::new(AtomicU64::new(0));
    let mut reader = BufReader::with_capacity(256 * 1024, Counted { file, read: read.clone() });
    let packed = reader.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let content: Box<dyn BufRead + Send> = if packed {
        Box::new(BufReader::with_capacity(256 * 1024, MultiGzDecoder::new(reader)))
    } else {
        Box::new(reader)
    };
    Ok(Input { content, size, read })
}

/// An open file.
pub(crate) struct Input {
    /// What is in it, unpacked.
    pub(crate) content: Box<dyn BufRead + Send>,
    /// Its size on disk in bytes; 0 if it is not known.
    pub(crate) size: u64,
    /// Bytes of that read so far.
    pub(crate) read: Arc<AtomicU64>,
}

struct Counted {
    file: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Begins a file, packed if its name ends in `.gz`. Never overwrites one, and nobody else may read it: what is exported are
/// people's names and texts. Until it is [finished](Output::finish) it lies
/// beside its place under another name, and is gone if that never comes: a half one must not be taken for a whole one, nor
/// stand in the way of the next try.
pub(crate) fn create(path: &Path) -> io::Result<Output> {
    if path.exists() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    let file = tempfile::Builder::new().prefix(&name).suffix(".unfinished").tempfile_in(folder)?;
    let packed = path.extension().is_some_and(|extension| extension == "gz");
    let file = BufWriter::with_capacity(256 * 1024, file);
    let content =
        if packed { Content::Packed(GzEncoder::new(file, Compression::default())) } else { Content::Plain(file) };
    Ok(Output { content, path: path.to_owned() })
}

/// A file being written.
pub(crate) struct Output {
    content: Content,
    path: PathBuf,
}

enum Content {
    /// As it is.
    Plain(BufWriter<NamedTempFile>),
    /// Packed.
    Packed(GzEncoder<BufWriter<NamedTempFile>>),
}

impl Output {
    /// Takes more.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.content {
            Content::Plain(file) => file.write_all(bytes),
            Content::Packed(file) => file.write_all(bytes),
        }
    }

    /// Ends it, on disk and in its place.
    pub(crate) fn finish(self) -> io::Result<()> {
        let file = match self.content {
            Content::Plain(file) => file,
            Content::Packed(file) => file.finish()?,
        };
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(&self.path)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_when_it_is_whole_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.jsonl.gz");
        let files = || std::fs::read_dir(folder.path()).unwrap().count();
        let mut given_up = create(&path).unwrap();
        given_up.write(b"half a line").unwrap();
        assert!(!path.exists());
        drop(given_up);
        assert_eq!(files(), 0);
        let mut whole = create(&path).unwrap();
        whole.write(b"a line\n").unwrap();
        whole.finish().unwrap();
        assert_eq!(files(), 1);
        let mut text = String::new();
        open(&path).unwrap().content.read_to_string(&mut text).unwrap();
        assert_eq!(text, "a line\n");
        assert!(create(&path).is_err(), "never over another");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_what_is_written() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["out.jsonl", "out.jsonl.gz"] {
            let path = folder.path().join(name);
            create(&path).expect("made").finish().expect("written");
            let mode = std::fs::metadata(&path).expect("it is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
            assert!(create(&path).is_err(), "it is not overwritten");
        }
    }
}
