//! How a cluster is reached, and as whom: from console.toml to what opens connections.
//!
//! ```text
//!   settings   via, [cluster.tls], [cluster.auth], checked
//!   secret     a file of mode 0600, or a command
//!   way        what of it the screens tell
//!   target     --connect or --cluster of a command without a screen
//!   Reach      all of it read: one way to the client ports, one to the AdminServers
//! ```

pub mod secret;
pub mod settings;
pub(crate) mod target;
pub mod way;

use anyhow::Context as _;
use zoowarden_client::{Connector, Identity, Secret, Tls, TlsOptions};

use secret::SecretSource;
use settings::ReachSettings;

/// Said of a port that does not answer plain words, and answers a TLS handshake.
pub const SPEAKS_TLS: &str = "it speaks TLS: [cluster.tls] in console.toml";

/// How one cluster is reached. The default is plain TCP, as nobody.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// To the client ports: sessions and four-letter words.
    pub client: Connector,
    /// To the AdminServers.
    pub admin: Connector,
}

impl Reach {
    /// Reads certificates and secrets. To be called before the screen is taken over: a secret's
    /// command may ask for a passphrase.
    ///
    /// # Errors
    /// What is missing or wrong, in one line that never holds a secret.
    pub async fn open(settings: &ReachSettings) -> anyhow::Result<Self> {
        let tls = match &settings.tls {
            None => None,
            Some(section) => {
                let loaded = Tls::load(&TlsOptions {
                    ca: section.ca.clone(),
                    identity: section.identity.clone(),
                    server_name: section.server_name.clone(),
                    verify_hostname: section.verify_hostname,
                });
                Some(loaded.map_err(anyhow::Error::msg).context("tls")?)
            }
        };
        let identity = Identity {
            digest: read("auth.digest", settings.auth.digest.as_ref()).await?,
            sasl: read("auth.sasl", settings.auth.sasl.as_ref()).await?,
        };
        let client = Connector::new(settings.via.clone(), tls, identity);
        let is_admin_tls = settings.tls.as_ref().is_some_and(|tls| tls.admin_server);
        let admin = if is_admin_tls {
            client.clone()
        } else {
            client.without_tls()
        };
        Ok(Self { client, admin })
    }
}

async fn read(name: &str, source: Option<&SecretSource>) -> anyhow::Result<Option<Secret>> {
    let Some(source) = source else {
        return Ok(None);
    };
    let secret = source.read().await.map_err(anyhow::Error::msg);
    let secret = secret.with_context(|| name.to_owned())?;
    if secret
        .reveal()
        .split_once(':')
        .is_none_or(|(user, _)| user.is_empty())
    {
        anyhow::bail!("{name}: expected one line, USER:PASSWORD");
    }
    Ok(Some(secret))
}
