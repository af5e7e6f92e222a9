//! The way to a cluster as the screens tell it: no secret is in here.

use super::{Reach, settings::ReachSettings};

/// How the console reaches the cluster, and as whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// What the command is called that leads there.
    pub via: Option<String>,
    /// The client ports are reached by TLS.
    pub tls: bool,
    /// Of any host's certificate: whoever has one may pass for a member.
    pub any_host: bool,
    /// Our own certificate's last second, Unix time.
    pub own_not_after_s: Option<i64>,
    /// By which schemes we say who we are, such as `digest` or `SASL DIGEST-MD5`.
    pub schemes: Vec<&'static str>,
}

impl Way {
    /// What these settings, read, amount to.
    #[must_use]
    pub fn of(settings: &ReachSettings, reach: &Reach) -> Self {
        let own = reach
            .client
            .tls()
            .and_then(zoowarden_client::Tls::own_certificate);
        let schemes = [
            settings.auth.sasl.is_some().then_some("SASL DIGEST-MD5"),
            settings.auth.digest.is_some().then_some("digest"),
        ];
        Self {
            via: settings.via.as_ref().map(|via| via.name().to_owned()),
            tls: settings.tls.is_some(),
            any_host: settings
                .tls
                .as_ref()
                .is_some_and(|tls| !tls.verify_hostname),
            own_not_after_s: own.map(|own| own.not_after_s),
            schemes: schemes.into_iter().flatten().collect(),
        }
    }
}
