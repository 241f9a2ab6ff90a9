//! Bytes as lines.

use docket_commands::import::{LineSplitter, RawLine};
use serde_json::json;

use super::desk::{Desk, ticket};

#[test]
fn lines_are_cut_wherever_the_bytes_are() {
    let text = b"one\r\ntwo\n\n \r\n\t\n  \n\t x\nlast";
    for size in 1..text.len() {
        let mut splitter = LineSplitter::default();
        let mut lines: Vec<_> = text.chunks(size).flat_map(|piece| splitter.push(piece)).collect();
        lines.extend(splitter.finish());
        let expected = [(1, "one"), (2, "two"), (7, "\t x"), (8, "last")];
        let expected: Vec<_> = expected.map(|(number, line)| (number, RawLine::Complete(line.into()))).into();
        assert_eq!((lines, splitter.lines()), (expected, 8), "in pieces of {size}");
    }
    let mut splitter = LineSplitter::default();
    let long = vec![b'x'; docket_commands::import::format::LINE_BYTES];
    assert!(splitter.push(&long).is_empty());
    assert_eq!(splitter.push(b"x\nnext\n"), [(1, RawLine::TooLong), (2, RawLine::Complete("next".into()))]);
    for (text, lines) in [("", 0), ("\n", 1), ("\n \r\n\t", 3), ("\n\n \n", 3)] {
        let mut splitter = LineSplitter::default();
        assert_eq!((splitter.push(text.as_bytes()), splitter.finish()), (Vec::new(), None));
        assert_eq!(splitter.lines(), lines, "{text:?}");
    }
}

/// A file of line ends has millions of lines. They are passed over in the piece they come in, and make nothing to wait for.
#[test]
fn blank_lines_are_no_lines_to_work_on() {
    let mut splitter = LineSplitter::default();
    for piece in [vec![b'\n'; 1 << 22], b" \r\n".repeat(1 << 20)] {
        assert_eq!(splitter.push(&piece).capacity(), 0);
    }
    assert_eq!((splitter.finish(), splitter.lines()), (None, (1 << 22) + (1 << 20)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_line_is_told_by_its_place_in_the_file() {
    let desk = Desk::new().await;
    let text = format!("\n\n{}\n \nnonsense\n\r\n{{}}", ticket("T1", json!([])));
    let report = desk.import(text.as_bytes()).await;
    assert_eq!((report.tickets, report.refused_count), (1, 2), "{report:?}");
    assert_eq!(report.refused.iter().map(|refusal| refusal.line).collect::<Vec<_>>(), [5, 7]);
}
