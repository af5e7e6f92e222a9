//! SASL on the client port: `sasl` requests (opcode 102) that carry tokens, as
//! `ZooKeeperSaslClient` sends them. The first is empty and asks for the challenge.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::crypto::ring;

use super::{digest_md5, refused};
use crate::{Connection, Secret, error::ClientError};

/// The service that every ZooKeeper server says it is (`ZooKeeperSaslServer.createSaslServer`).
const DIGEST_URI: &str = "zookeeper/zk-sasl-md5";

/// The client's side of a login by DIGEST-MD5, whoever carries its tokens: an empty one asks for
/// the challenge, [`Self::answer`] makes the next, and the last of the server is a proof.
pub struct SaslLogin<'a> {
    user: &'a str,
    password: &'a str,
    answered: Option<digest_md5::Answer>,
}

impl fmt::Debug for SaslLogin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SaslLogin").finish_non_exhaustive()
    }
}

impl<'a> SaslLogin<'a> {
    /// As the `USER:PASSWORD` of this secret.
    ///
    /// # Errors
    /// Where it is none.
    pub fn new(secret: &'a Secret) -> Result<Self, String> {
        let (user, password) = secret
            .reveal()
            .split_once(':')
            .ok_or("the secret is no USER:PASSWORD")?;
        Ok(Self {
            user,
            password,
            answered: None,
        })
    }

    /// The token that answers the challenge.
    ///
    /// # Errors
    /// Where there is no challenge that we can answer.
    pub fn answer(&mut self, challenge: &[u8]) -> Result<Vec<u8>, String> {
        if challenge.is_empty() {
            return Err("it offers none (no Server section in its JAAS file)".to_owned());
        }
        let cnonce = nonce().ok_or("no random numbers")?;
        let login = digest_md5::Login {
            user: self.user,
            password: self.password,
            digest_uri: DIGEST_URI,
            cnonce: &cnonce,
        };
        let answer = login.answer(challenge).map_err(|e| e.to_string())?;
        let token = answer.response.clone().into_bytes();
        self.answered = Some(answer);
        Ok(token)
    }

    /// Whether the server's last token proves that it knows the password too.
    ///
    /// # Errors
    /// Where it does not.
    pub fn check(&self, proof: &[u8]) -> Result<(), String> {
        match &self.answered {
            Some(answer) if answer.is_proof(proof) => Ok(()),
            _ => Err("it does not know our password itself".to_owned()),
        }
    }
}

/// Logs in by DIGEST-MD5, and makes sure that the server knows the password too.
pub(super) async fn log_in(connection: &Connection, secret: &Secret) -> Result<(), ClientError> {
    let wrong = |reason: String| ClientError::Auth {
        addr: connection.addr().to_owned(),
        reason: format!("SASL DIGEST-MD5: {reason}"),
    };
    let send = async |token: Vec<u8>| {
        let reply = connection.sasl(token).await;
        let reply = reply.map_err(|error| refused(connection, "SASL", &error))?;
        Ok(reply.value.token.unwrap_or_default())
    };
    let mut login = SaslLogin::new(secret).map_err(wrong)?;
    let challenge = send(Vec::new()).await?;
    let answer = login.answer(&challenge).map_err(wrong)?;
    let proof = send(answer).await?;
    login.check(&proof).map_err(wrong)
}

fn nonce() -> Option<String> {
    let mut bytes = [0; 24];
    let random = ring::default_provider().secure_random;
    random.fill(&mut bytes).ok()?;
    Some(STANDARD.encode(bytes))
}
