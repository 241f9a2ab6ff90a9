//! Real help-desk data in the neutral format. Which step comes from what is written up in `tests/REAL_DATA.md`.

mod chats;
mod helpdesk;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

pub use chats::convert_chats;
pub use helpdesk::convert_helpdesk;

use crate::process::{repository, skip};

/// The folder with the data sets; None, and said so, where it is absent.
pub fn real_data() -> Option<PathBuf> {
    let folder = repository().join("../shared/data");
    if folder.join("helpdesk-event-log.csv.gz").exists() {
        return Some(folder);
    }
    skip(&format!("the real data is not in {}", folder.display()));
    None
}

fn unpacked(path: &Path) -> io::Result<impl Read + use<>> {
    Ok(GzDecoder::new(BufReader::new(File::open(path)?)))
}

fn records<T: serde::de::DeserializeOwned>(reader: csv::Reader<impl Read>) -> impl Iterator<Item = io::Result<T>> {
    reader.into_deserialize().map(|record| record.map_err(io::Error::other))
}

fn write(line: &serde_json::Value, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}
