//! SASL on the client port: `sasl` requests (opcode 102) that carry tokens, as
//! `ZooKeeperSaslClient` sends them. The first is empty and asks for the challenge.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::crypto::ring;

use super::{digest_md5, refused};
use crate::{Connection, Secret, error::ClientError};

/// The service that every ZooKeeper server says it is (`ZooKeeperSaslServer.createSaslServer`).
const DIGEST_URI: &str = "zookeeper/zk-sasl-md5";

/// Logs in by DIGEST-MD5, and makes sure that the server knows the password too.
pub(super) async fn log_in(connection: &Connection, secret: &Secret) -> Result<(), ClientError> {
    let wrong = |reason: String| ClientError::Auth {
        addr: connection.addr().to_owned(),
        reason: format!("SASL DIGEST-MD5: {reason}"),
    };
    let Some((user, password)) = secret.reveal().split_once(':') else {
        return Err(wrong("the secret is no USER:PASSWORD".to_owned()));
    };
    let send = async |token: Vec<u8>| {
        let reply = connection.sasl(token).await;
        let reply = reply.map_err(|error| refused(connection, "SASL", &error))?;
        Ok(reply.value.token.unwrap_or_default())
    };
    let challenge = send(Vec::new()).await?;
    if challenge.is_empty() {
        return Err(wrong(
            "it offers none (no Server section in its JAAS file)".to_owned(),
        ));
    }
    let cnonce = nonce().ok_or_else(|| wrong("no random numbers".to_owned()))?;
    let login = digest_md5::Login {
        user,
        password,
        digest_uri: DIGEST_URI,
        cnonce: &cnonce,
    };
    let answer = login.answer(&challenge).map_err(|e| wrong(e.to_string()))?;
    let proof = send(answer.response.clone().into_bytes()).await?;
    if !answer.is_proof(&proof) {
        return Err(wrong("it does not know our password itself".to_owned()));
    }
    Ok(())
}

fn nonce() -> Option<String> {
    let mut bytes = [0; 24];
    let random = ring::default_provider().secure_random;
    random.fill(&mut bytes).ok()?;
    Some(STANDARD.encode(bytes))
}
