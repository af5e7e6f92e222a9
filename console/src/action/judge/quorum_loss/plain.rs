//! Why a disk was not read, in a few words: what a library or an ssh has to say takes lines.

/// What is looked for, and what it is called.
const KNOWN: [(&str, &str); 9] = [
    ("connection refused", "nobody listens"),
    ("no route to host", "no route to host"),
    ("network is unreachable", "network unreachable"),
    ("permission denied", "permission denied"),
    ("not resolve hostname", "no such host"),
    ("failed to lookup", "no such host"),
    ("timed out", "no answer"),
    ("does not answer within", "it hangs"),
    ("no answer to", "no answer"),
];
/// So long a text is a line by itself.
const SHORT: usize = 40;

/// It in a few words; the text itself where it is short, and the cut of it where nobody knows it.
pub(super) fn plain(why: &str) -> String {
    let lower = why.to_lowercase();
    let found = KNOWN.iter().find(|(said, _)| lower.contains(said));
    match found {
        Some((_, called)) => (*called).to_owned(),
        None if why.chars().count() <= SHORT => why.to_owned(),
        None => {
            let begins: String = why.chars().take(SHORT - 1).collect();
            format!("{begins}…")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libraries_say_is_said_in_a_few_words() {
        for (why, said) in [
            (
                "zk2:8080: cannot connect to zk2:8080: Connection refused (os error 111)",
                "nobody listens",
            ),
            (
                "ssh: exit status: 255: ssh: connect to host zk3 port 22: No route to host",
                "no route to host",
            ),
            (
                "zk4:8080: no answer to GET /commands/zoowarden/disk within 60s",
                "no answer",
            ),
            ("no way is known", "no way is known"),
            (
                "the hook inspect did not print what --inspect --json does",
                "the hook inspect did not print what --i…",
            ),
        ] {
            assert_eq!(plain(why), said);
        }
    }
}
