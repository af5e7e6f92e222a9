//! The alerting rules in `assets/prometheus` against what a leader of ours really answers.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "what fails in a test's helpers fails the test"
)]

use std::{collections::BTreeSet, fs, net::TcpStream, path::Path, time::Duration};

use zoowarden_client::http;
use zoowarden_testkit::{Ensemble, Kind, Options, free_port};

/// Words of the query language, and what Prometheus itself tells.
const WORDS: [&str; 6] = ["and", "unless", "offset", "by", "on", "up"];

/// The expressions of all rules, by the rules' names.
fn rules() -> Vec<(String, String)> {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/prometheus/zookeeper.rules.yml");
    let text = fs::read_to_string(file).expect("the rules");
    let values = |key: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim_start);
        lines
            .filter_map(|line| line.strip_prefix(key))
            .map(|value| value.trim().to_owned())
            .collect()
    };
    let (names, expressions) = (values("- alert:"), values("expr:"));
    assert_eq!(names.len(), expressions.len(), "one line each");
    names.into_iter().zip(expressions).collect()
}

/// What stands between these brackets is left out.
fn without(text: &str, open: char, close: char) -> String {
    let mut depth = 0;
    let kept = text.chars().filter(|&c| {
        depth += usize::from(c == open);
        let keep = depth == 0;
        depth -= usize::from(c == close && depth > 0);
        keep
    });
    kept.collect()
}

/// The metrics that an expression names.
fn metrics(expression: &str) -> BTreeSet<String> {
    let text = without(&without(expression, '{', '}'), '[', ']')
        .replace("by (ensemble)", "")
        .replace("on (ensemble)", "");
    let mut found = BTreeSet::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let word = &rest[at..];
        let end = word.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let (word, after) = word.split_at(end.unwrap_or(word.len()));
        let is_number = word.starts_with(|c: char| c.is_ascii_digit());
        let is_function = after.trim_start().starts_with('(') || word == "count";
        if !(is_number || is_function || WORDS.contains(&word)) {
            found.insert(word.to_owned());
        }
        rest = after;
    }
    found
}

#[test]
fn every_metric_of_the_rules_is_told_by_a_leader() {
    let port = free_port();
    let settings = format!(
        "admin.enableServer=true\nadmin.serverAddress=127.0.0.1\nadmin.serverPort={port}\n"
    );
    let options = Options {
        settings: settings.leak(),
        ..Options::default()
    };
    let mut ensemble = Ensemble::new(&[Kind::Ours; 3], &options);
    let admin = format!("127.0.0.1:{port}");
    // The first has the port, and with the highest id it leads.
    ensemble.start(3);
    ensemble.wait("there is an AdminServer", |_| {
        TcpStream::connect(&admin).ok()
    });
    ensemble.start(1);
    assert_eq!(ensemble.wait_settled(), 3);
    let client = ensemble.client(1);
    client.make("/a");
    let asking = http::get(&admin, "/metrics", Duration::from_secs(20));
    let answer = ensemble.handle().block_on(asking).expect("/metrics");
    let told: BTreeSet<&str> = answer
        .body
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect();
    let rules = rules();
    assert!(rules.len() > 10, "{rules:?}");
    for (name, expression) in rules {
        let named = metrics(&expression);
        assert!(
            !named.is_empty() || expression.starts_with("up{"),
            "{name}: {expression}"
        );
        for metric in named {
            assert!(
                told.contains(metric.as_str()),
                "{name}: nobody tells {metric}"
            );
        }
    }
    assert!(answer.body.contains("updatelatency{quantile=\"0.99\"}"));
    client.close();
}

#[test]
fn the_metrics_of_an_expression_are_found() {
    let found =
        metrics("(a_b{job=\"x\"} - floor(c / 2) < 1) and rate(d_sum[5m]) > 10 * (e offset 1h)");
    let expected = ["a_b", "c", "d_sum", "e"].map(str::to_owned);
    assert_eq!(found, BTreeSet::from(expected));
}
