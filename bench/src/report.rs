//! The figures, as one JSON object or a table.

use std::collections::BTreeMap;

/// What is aimed at.
#[derive(Debug, Clone, Copy)]
enum Aim {
    AtLeast(f64),
    AtMost(f64),
}

/// Names, units and aims of the headline figures, in the order shown.
const AIMS: &[(&str, &str, Aim)] = &[
    ("http_durable", "of a bare handler into the same group commit", Aim::AtLeast(0.6)),
    ("append", "of a raw batched insert of the same bytes", Aim::AtLeast(0.6)),
    ("replay", "events/s into an in-memory counter", Aim::AtLeast(500_000.0)),
    ("rebuild", "of a raw bulk insert of the same rows", Aim::AtLeast(0.4)),
    ("reads", "of a plain echo", Aim::AtLeast(0.3)),
    ("visible_p99_ms", "ms from command to read model and WebSocket, at 1,000/s", Aim::AtMost(20.0)),
    ("flat", "list p99 at 200k tickets ÷ at 10k", Aim::AtMost(2.0)),
    ("idle_memory_mb", "MB after start", Aim::AtMost(64.0)),
    ("cold_start", "s from start to ready, on an empty folder", Aim::AtMost(0.5)),
];

/// Figures by name. A headline figure that was not measured is absent.
#[derive(Debug, Default)]
pub(crate) struct Report(BTreeMap<String, f64>);

impl Report {
    /// Notes a figure and says it on standard error, for who waits.
    pub(crate) fn note(&mut self, name: &str, value: f64) {
        eprintln!("  {name} = {}", show(value));
        self.0.insert(name.to_owned(), value);
    }

    /// The median of several runs, noted with the least and the greatest beside it.
    pub(crate) fn note_median(&mut self, name: &str, mut values: Vec<f64>) {
        values.sort_by(f64::total_cmp);
        let Some(&median) = values.get(values.len() / 2) else { return };
        if values.len() > 1 {
            eprintln!("  {name}: {}", values.iter().map(|v| show(*v)).collect::<Vec<_>>().join(" "));
        }
        self.note(name, median);
    }

    /// One JSON object.
    pub(crate) fn json(&self) -> String {
        let rounded: BTreeMap<_, _> = self.0.iter().map(|(name, value)| (name, round(*value))).collect();
        serde_json::to_string_pretty(&rounded).unwrap_or_default()
    }

    /// A table: headlines with their aims, then everything else.
    pub(crate) fn table(&self) -> String {
        let mut lines = Vec::new();
        for (name, unit, aim) in AIMS {
            let (text, met) = match (self.0.get(*name), aim) {
                (None, _) => ("-".to_owned(), "not measured"),
                (Some(value), Aim::AtLeast(least)) => (show(*value), if value >= least { "met" } else { "short" }),
                (Some(value), Aim::AtMost(most)) => (show(*value), if value <= most { "met" } else { "short" }),
            };
            let aim = match aim {
                Aim::AtLeast(least) => format!("≥ {}", show(*least)),
                Aim::AtMost(most) => format!("≤ {}", show(*most)),
            };
            lines.push(format!("{name:<16} {text:>10}  {aim:<10} {met:<13} {unit}"));
        }
        lines.push(String::new());
        for (name, value) in &self.0 {
            if !AIMS.iter().any(|(headline, ..)| headline == name) {
                lines.push(format!("{name:<38} {:>12}", show(*value)));
            }
        }
        lines.join("\n")
    }
}

fn round(value: f64) -> f64 {
    if value.abs() >= 1000.0 { value.round() } else { (value * 1000.0).round() / 1000.0 }
}

fn show(value: f64) -> String {
    if value.abs() >= 1000.0 { format!("{value:.0}") } else { format!("{value:.3}") }
}
