//! Proving an identity: what an `auth` request's scheme and token make of a connection
//! (`DigestAuthenticationProvider`, `IPAuthenticationProvider`).

use base64::{Engine, engine::general_purpose::STANDARD};
use sha1::{Digest, Sha1};
use zoowarden_shared::{acl::Id, proto::AuthRequest};

use crate::{config::PeerConfig, connection::Connection};

/// Adds the identities that a request proves; false where no provider takes it.
///
/// `ip` adds the connection's own address whatever the token says, as Apache does. A digest
/// token without a colon is taken: it proves an identity that no valid ACL names.
pub(crate) fn authenticate(
    connection: &mut Connection,
    request: &AuthRequest,
    config: &PeerConfig,
) -> bool {
    match request.scheme.as_str() {
        "digest" if config.digest_auth_enabled => {
            let Some(token) = &request.auth else {
                return false;
            };
            for id in identities(&String::from_utf8_lossy(token), config) {
                connection.add_auth(id);
            }
            true
        }
        "ip" => true,
        _ => false,
    }
}

/// What `user:password` proves: who that is, and, of the super user, that too.
pub(crate) fn identities(
    credentials: &str,
    config: &PeerConfig,
) -> impl Iterator<Item = Id> + use<> {
    let digest = digest_id(credentials);
    let is_super = config.super_digest.as_deref() == Some(digest.as_str());
    let superuser = is_super.then(|| Id::new("super", ""));
    superuser.into_iter().chain([Id::new("digest", &digest)])
}

/// `user:base64(sha1(user:password))` (`DigestAuthenticationProvider.generateDigest`).
fn digest_id(credentials: &str) -> String {
    let user = credentials.split(':').next().unwrap_or_default();
    let hash = Sha1::digest(credentials.as_bytes());
    format!("{user}:{}", STANDARD.encode(hash))
}

/// What whoAmI calls the bearer of an identity: of a digest, the name before the colon
/// (`AuthUtil.getUser`); of a scheme without a provider, nothing.
pub(crate) fn user_name(id: &Id) -> &str {
    match id.scheme.as_str() {
        "digest" => id.id.split(':').next().unwrap_or_default(),
        "ip" => &id.id,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_one_that_apache_documents() {
        // The value that kazoo's harness and Apache's administrator guide use.
        assert_eq!(
            digest_id("super:test"),
            "super:D/InIHSb7yEEbrWz8b9l71RjZJU="
        );
        assert_eq!(digest_id("nocolon").split(':').next(), Some("nocolon"));
    }
}
