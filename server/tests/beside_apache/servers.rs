//! The two kinds of server under test, configured alike.

use zoowarden_testkit::{Kind, Setup, Standalone};

/// `super:test`, hashed as `DigestAuthenticationProvider` does.
const SUPER_DIGEST: &str = "super:D/InIHSb7yEEbrWz8b9l71RjZJU=";

const SETUP: Setup = Setup {
    properties: &[
        (
            "zookeeper.DigestAuthenticationProvider.superDigest",
            SUPER_DIGEST,
        ),
        ("zookeeper.extendedTypesEnabled", "true"),
        ("zookeeper.snapCount", "500"),
    ],
    settings: "tickTime=2000\nreconfigEnabled=true\n",
};

/// A running server of this kind on an empty data directory, gone when dropped.
pub(crate) fn start(kind: Kind) -> Standalone {
    Standalone::start(kind, SETUP)
}
