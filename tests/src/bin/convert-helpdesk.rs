//! Converts the real help-desk data to the neutral format: `convert-helpdesk OUT.jsonl [DATA_FOLDER]`.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use docket_tests::{convert_chats, convert_helpdesk, real_data};

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(out), folder) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: convert-helpdesk OUT.jsonl [DATA_FOLDER]");
        std::process::exit(2);
    };
    let Some(folder) = folder.map(PathBuf::from).or_else(real_data) else { std::process::exit(1) };
    let mut out = BufWriter::new(File::create(out)?);
    let tickets = convert_helpdesk(&folder.join("helpdesk-event-log.csv.gz"), &mut out)?;
    let (chats, messages) = convert_chats(&folder.join("customer-turns.tsv.gz"), &mut out)?;
    out.flush()?;
    println!("{tickets} tickets, {chats} chats with {messages} messages");
    Ok(())
}
