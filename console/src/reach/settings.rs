//! `via`, `[cluster.tls]` and `[cluster.auth]` of console.toml: how a cluster is reached, and
//! as whom.
//!
//! ```toml
//! via = ["ssh", "-W", "%h:%p", "bastion-eu"]   # no shell; stdin and stdout are the connection
//! via_name = "bastion-eu"           # as the header calls it
//! [cluster.tls]                     # an empty section will do: the system's certificates
//! ca = "/etc/zk/ca.pem"             # who signs the members' certificates
//! cert = "~/.zk/operator.pem"       # ours, where they ask for one
//! key = "~/.zk/operator.key"        # mode 0600
//! server_name = "zk.internal"       # where the certificates name another host
//! verify_hostname = false           # any host's certificate will do: the header warns
//! admin_server = true               # the AdminServer speaks https too
//! [cluster.auth]                    # each secret is one line, USER:PASSWORD
//! digest = { file = "~/.zk/digest" }                # mode 0600
//! sasl = { command = ["pass", "zk/operator"] }      # DIGEST-MD5
//! ```

use std::{env, path::PathBuf};

use serde::Deserialize;
use toml::Spanned;
use zoowarden_client::Proxy;

use super::secret::SecretSource;
use crate::notify::settings::Mistake;

/// How a cluster is reached; by default plainly, and as nobody in particular.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReachSettings {
    /// The command whose standard streams are the connection.
    pub via: Option<Proxy>,
    pub tls: Option<TlsSection>,
    pub auth: AuthSettings,
}

/// `[cluster.tls]`, its paths absolute; the files are not read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsSection {
    /// PEM; `None`: who the system trusts.
    pub ca: Option<PathBuf>,
    /// Our certificate and its key, both PEM.
    pub identity: Option<(PathBuf, PathBuf)>,
    pub server_name: Option<String>,
    pub verify_hostname: bool,
    /// Whether the AdminServers speak TLS too.
    pub admin_server: bool,
}

/// As whom we come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthSettings {
    /// `USER:PASSWORD` of the scheme digest: for the session and for changing admin commands.
    pub digest: Option<SecretSource>,
    /// `USER:PASSWORD` of SASL DIGEST-MD5.
    pub sasl: Option<SecretSource>,
}

/// The part of `[[cluster]]` that is ours, as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTls {
    ca: Option<Spanned<String>>,
    cert: Option<Spanned<String>>,
    key: Option<Spanned<String>>,
    server_name: Option<Spanned<String>>,
    verify_hostname: Option<bool>,
    admin_server: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAuth {
    digest: Option<Spanned<RawSecret>>,
    sasl: Option<Spanned<RawSecret>>,
}

/// Untagged, so that what is written in the place of one is never repeated in a message: it
/// may be the secret itself.
#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "expected { file = \"...\" } or { command = [\"program\", ...] }"
)]
enum RawSecret {
    File(RawFile),
    Command(RawCommand),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    file: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCommand {
    command: Vec<String>,
}

/// All three, checked.
///
/// # Errors
/// What is wrong, and where.
pub(crate) fn check(
    via: Option<Spanned<Vec<String>>>,
    via_name: Option<String>,
    tls: Option<RawTls>,
    auth: RawAuth,
) -> Result<ReachSettings, Mistake> {
    let via = via
        .map(|via| {
            let at = via.span().start;
            Proxy::new(via.into_inner(), via_name).map_err(|error| (at, format!("via: {error}")))
        })
        .transpose()?;
    Ok(ReachSettings {
        via,
        tls: tls.map(check_tls).transpose()?,
        auth: AuthSettings {
            digest: secret("digest", auth.digest)?,
            sasl: secret("sasl", auth.sasl)?,
        },
    })
}

fn check_tls(raw: RawTls) -> Result<TlsSection, Mistake> {
    let identity = match (raw.cert, raw.key) {
        (Some(cert), Some(key)) => Some((path("tls.cert", &cert)?, path("tls.key", &key)?)),
        (None, None) => None,
        (Some(cert), None) => {
            return Err((
                cert.span().start,
                "tls.cert: expected tls.key too".to_owned(),
            ));
        }
        (None, Some(key)) => {
            return Err((
                key.span().start,
                "tls.key: expected tls.cert too".to_owned(),
            ));
        }
    };
    if let Some(name) = &raw.server_name
        && !zoowarden_client::is_server_name(name.get_ref())
    {
        let message = format!(
            "tls.server_name: expected a host name or an IP address, found \"{}\"",
            name.get_ref()
        );
        return Err((name.span().start, message));
    }
    Ok(TlsSection {
        ca: raw.ca.map(|ca| path("tls.ca", &ca)).transpose()?,
        identity,
        server_name: raw.server_name.map(Spanned::into_inner),
        verify_hostname: raw.verify_hostname.unwrap_or(true),
        admin_server: raw.admin_server.unwrap_or(false),
    })
}

fn secret(name: &str, raw: Option<Spanned<RawSecret>>) -> Result<Option<SecretSource>, Mistake> {
    let Some(raw) = raw else { return Ok(None) };
    let at = raw.span().start;
    let wrong = |what: &str| (at, format!("auth.{name}: {what}"));
    match raw.into_inner() {
        RawSecret::File(RawFile { file }) => match absolute(&file) {
            Some(file) => Ok(Some(SecretSource::File(file))),
            None => Err(wrong("file: expected an absolute path or ~/...")),
        },
        RawSecret::Command(RawCommand { command }) => {
            let is_program = command.first().is_some_and(|program| !program.is_empty());
            if is_program {
                Ok(Some(SecretSource::Command(command)))
            } else {
                Err(wrong("expected a program and its arguments"))
            }
        }
    }
}

fn path(name: &str, text: &Spanned<String>) -> Result<PathBuf, Mistake> {
    absolute(text.get_ref()).ok_or_else(|| {
        let found = text.get_ref();
        let message = format!("{name}: expected an absolute path or ~/..., found \"{found}\"");
        (text.span().start, message)
    })
}

/// An absolute path, `~/` being the operator's home: a console may be started anywhere.
fn absolute(text: &str) -> Option<PathBuf> {
    let path = match text.strip_prefix("~/") {
        Some(rest) => PathBuf::from(env::var_os("HOME")?).join(rest),
        None => PathBuf::from(text),
    };
    path.is_absolute().then_some(path)
}

#[cfg(test)]
mod tests {
    use crate::settings::{ClusterSettings, parse};

    use super::*;

    const CLUSTER: &str = "[[cluster]]\nname = \"a\"\nconnect = [\"zk1:2281\"]\n";

    fn cluster(more: &str) -> ClusterSettings {
        let settings = parse(&format!("{CLUSTER}{more}"), "console.toml").unwrap();
        settings.clusters.into_iter().next().unwrap()
    }

    #[test]
    fn a_whole_section_is_read() {
        let reach = cluster(
            "via = [\"ssh\", \"-W\", \"%h:%p\", \"bastion-eu\"]\n\
             [cluster.tls]\nca = \"/ca.pem\"\ncert = \"/op.pem\"\nkey = \"/op.key\"\n\
             server_name = \"zk.internal\"\nverify_hostname = false\nadmin_server = true\n\
             [cluster.auth]\ndigest = { file = \"/digest\" }\n\
             sasl = { command = [\"pass\", \"zk\"] }\n",
        )
        .reach;
        assert_eq!(reach.via.as_ref().map(Proxy::name), Some("bastion-eu"));
        let tls = reach.tls.unwrap();
        assert_eq!(tls.identity, Some(("/op.pem".into(), "/op.key".into())));
        assert!(!tls.verify_hostname && tls.admin_server);
        assert_eq!(
            reach.auth.digest,
            Some(SecretSource::File("/digest".into()))
        );
        let command = vec!["pass".to_owned(), "zk".to_owned()];
        assert_eq!(reach.auth.sasl, Some(SecretSource::Command(command)));
        let plain = cluster("").reach;
        assert_eq!(plain, ReachSettings::default());
        assert!(
            cluster("[cluster.tls]\n")
                .reach
                .tls
                .unwrap()
                .verify_hostname
        );
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        for (more, expected) in [
            ("via = []", "4: via: expected a program and its arguments"),
            (
                "via = [\"ssh\", \"bastion\"]",
                "4: via: expected %h and %p, the member's host and port, among the arguments",
            ),
            (
                "[cluster.tls]\ncert = \"/op.pem\"",
                "5: tls.cert: expected tls.key too",
            ),
            (
                "[cluster.tls]\nca = \"ca.pem\"",
                "5: tls.ca: expected an absolute path or ~/..., found \"ca.pem\"",
            ),
            (
                "[cluster.tls]\nserver_name = \"a b\"",
                "5: tls.server_name: expected a host name or an IP address, found \"a b\"",
            ),
            (
                "[cluster.auth]\nsasl = {}",
                "5: expected { file = \"...\" } or { command = [\"program\", ...] }",
            ),
            (
                "[cluster.auth]\nsasl = { command = [] }",
                "5: auth.sasl: expected a program and its arguments",
            ),
        ] {
            let told = parse(&format!("{CLUSTER}{more}\n"), "console.toml").unwrap_err();
            assert_eq!(told.to_string(), format!("console.toml:{expected}"));
        }
        // A secret in the file itself has no key to stand under.
        let told = parse(
            &format!("{CLUSTER}[cluster.auth]\ndigest = \"op:x\"\n"),
            "c",
        )
        .unwrap_err();
        assert!(!told.to_string().contains("op:x"), "{told}");
    }
}
