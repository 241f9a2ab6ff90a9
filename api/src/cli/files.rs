//! Files that may be packed with gzip.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

/// Opens a file, unpacking it if its first bytes say that it is packed; its name does not matter.
pub(crate) fn open(path: &Path) -> io::Result<Input> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
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
    /// Its size on disk in bytes.
    pub(crate) size: u64,
    /// Bytes of that read so far.
    pub(crate) read: Arc<AtomicU64>,
}

struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Makes a file, packed if its name ends in `.gz`. Never overwrites one, and nobody else may read it: what is exported are
/// people's names and texts.
pub(crate) fn create(path: &Path) -> io::Result<Output> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = BufWriter::with_capacity(256 * 1024, options.open(path)?);
    let packed = path.extension().is_some_and(|extension| extension == "gz");
    Ok(if packed { Output::Packed(GzEncoder::new(file, Compression::default())) } else { Output::Plain(file) })
}

/// A file being written.
pub(crate) enum Output {
    /// As it is.
    Plain(BufWriter<File>),
    /// Packed.
    Packed(GzEncoder<BufWriter<File>>),
}

impl Output {
    /// Takes more.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.write_all(bytes),
            Self::Packed(file) => file.write_all(bytes),
        }
    }

    /// Ends it, on disk.
    pub(crate) fn finish(self) -> io::Result<()> {
        let file = match self {
            Self::Plain(file) => file,
            Self::Packed(file) => file.finish()?,
        };
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
