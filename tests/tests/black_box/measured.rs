//! What `/metrics` says of the process, as Prometheus would read it.

use std::collections::BTreeMap;

use docket_tests::{Docket, Person};

#[tokio::test]
async fn the_process_its_build_and_its_queues_are_measured() {
    let docket = Docket::start().await;
    let admin = docket.admin();
    let kept = Person::customer(&admin, "Katrin").await;
    let opened = kept.client.open_ticket(&kept.id, "A tulip").await.ok();
    admin.get_at("/v1/tickets", opened["position"].as_u64().expect("a position")).await.ok();
    let answer = docket_tests::eventually(docket_tests::DEADLINE, || async {
        let answer = admin.get("/metrics").await;
        assert_eq!(answer.status, 200, "{answer}");
        // Reactors begin by reading history.
        let all = ["routing", "timers"].iter().all(|name| answer.text.contains(&format!("queue=\"reactors/{name}\"")));
        if all { Ok(answer) } else { Err(answer.text) }
    })
    .await;
    let samples = parse(&answer.text);
    let value = |name: &str| *samples.get(name).unwrap_or_else(|| panic!("{name} is missing:\n{}", answer.text));
    assert!(value("process_resident_memory_bytes") > 1e6);
    assert!(value("process_cpu_seconds_total") >= 0.0);
    assert!(value("process_open_fds") > 3.0);
    assert!(value("process_start_time_seconds") > 1.7e9);
    let (built, one) = samples.iter().find(|(name, _)| name.starts_with("docket_build_info{")).expect("what was built");
    assert_eq!(*one, 1.0);
    for part in [format!("version=\"{}\"", env!("CARGO_PKG_VERSION")), "revision=\"".into(), "rustc=\"rustc 1.".into()]
    {
        assert!(built.contains(&part), "{built}");
    }
    let cache = |what: &str, cache: &str| value(&format!("docket_cache_{what}{{cache=\"{cache}\"}}"));
    for kept in ["aggregates", "read_rows"] {
        assert!(cache("bytes", kept) > 0.0, "{kept} of what was opened");
        assert!(cache("bytes", kept) <= cache("limit_bytes", kept), "{kept}");
    }
    let limits = ["aggregates", "read_rows", "log_pages", "read_pages"].map(|name| cache("limit_bytes", name));
    assert_eq!(limits.iter().sum::<f64>(), f64::from(128 << 20), "the setting, shared out");
    for queue in ["read_models", "timers", "routing"] {
        let (_, age) = samples
            .iter()
            .find(|(name, _)| name.starts_with("docket_queue_oldest_seconds{") && name.contains(queue))
            .unwrap_or_else(|| panic!("{queue}:\n{}", answer.text));
        assert!((0.0..3_600.0).contains(age), "{queue}: {age}");
    }
}

/// Name and labels of every sample, with its value.
///
/// # Panics
/// If a line is none of the text format's.
fn parse(text: &str) -> BTreeMap<String, f64> {
    let mut samples = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no sample: {line}"));
        let bare = name.split('{').next().unwrap_or_default();
        let fits = bare.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        assert!(fits && (bare.starts_with("docket_") || bare.starts_with("process_")), "{line}");
        let value = value.parse().unwrap_or_else(|_| panic!("no number: {line}"));
        assert_eq!(samples.insert(name.to_owned(), value), None, "twice: {line}");
    }
    samples
}
