//! Who we are, told to a member once a session is open: SASL first, which a member may demand
//! before all else, then the scheme digest.

mod digest_md5;
mod sasl;

pub use sasl::SaslLogin;

use crate::{Connection, Secret, error::ClientError};

/// Who we are; each is `USER:PASSWORD`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Of the ACL scheme `digest`. Members take any: a wrong one shows only in missing rights.
    pub digest: Option<Secret>,
    /// Of SASL DIGEST-MD5.
    pub sasl: Option<Secret>,
}

impl Identity {
    /// Makes the connection's session ours, as far as there is something to say.
    pub(crate) async fn tell(&self, connection: &Connection) -> Result<(), ClientError> {
        if let Some(secret) = &self.sasl {
            sasl::log_in(connection, secret).await?;
        }
        if let Some(secret) = &self.digest {
            let told = connection.add_auth("digest", secret.reveal().as_bytes().to_vec());
            told.await
                .map_err(|error| refused(connection, "digest", &error))?;
        }
        Ok(())
    }
}

fn refused(connection: &Connection, scheme: &str, error: &ClientError) -> ClientError {
    let reason = match error.code() {
        Some(code) => format!("it refuses our {scheme} identity: {code}"),
        None => format!("{scheme}: {error}"),
    };
    ClientError::Auth {
        addr: connection.addr().to_owned(),
        reason,
    }
}
