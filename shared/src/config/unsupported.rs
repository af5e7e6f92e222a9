//! Keys of Apache's that do nothing here yet: what to tell the operator.

/// What becomes of a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The member starts without it.
    Warn(&'static str),
    /// Starting without it would let in whom the operator meant to keep out.
    Refuse(&'static str),
}

/// What becomes of a key that no setting has.
pub(super) fn verdict(key: &str, value: &str) -> Verdict {
    let guards = ["sessionRequireClientSASLAuth", "enforce.auth.enabled"];
    if guards.contains(&key) && value.eq_ignore_ascii_case("true") {
        return Verdict::Refuse(
            "not supported yet, and without it clients could come in unauthenticated: \
             expected false",
        );
    }
    let messages = [
        (
            "audit.",
            "not supported: what clients write is not audited; what operators order always is, in \
             zoowarden-audit.jsonl",
        ),
        ("ssl.", "TLS is not supported yet: ignored"),
        ("sslQuorum", "TLS is not supported yet: ignored"),
        (
            "client.portUnification",
            "TLS is not supported yet: ignored",
        ),
        ("portUnification", "TLS is not supported yet: ignored"),
        (
            "authProvider",
            "authentication providers cannot be added yet: ignored",
        ),
        ("quorum.auth.", "SASL is not supported yet: ignored"),
        (
            "serverCnxnFactory",
            "there is one connection layer only: ignored",
        ),
        ("jvm.", "there is no Java virtual machine: ignored"),
        (
            "metricsProvider.",
            "there is no Java virtual machine: ignored",
        ),
    ];
    let message = messages.iter().find(|(start, _)| key.starts_with(start));
    Verdict::Warn(message.map_or("not supported: ignored", |(_, message)| *message))
}
