//! Four-letter words: one word, one answer, one socket.

use std::{io, sync::Arc, time::Duration};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{connection::within, error::ClientError, handshake::dial};

/// The longest answer taken, bytes (`cons` and `wchc` of a busy member are long).
pub const MAX_ANSWER: usize = 16 << 20;

/// Sends `word` to `addr` (`host:port`) and returns all that comes back until the server
/// hangs up. What the text means is [`zoowarden_shared::admin`]'s to say: refusals such as
/// "not in the whitelist" are answers too, and so is an empty one.
///
/// # Errors
/// [`ClientError::Connect`], [`ClientError::Io`], [`ClientError::AnswerTooLarge`] above
/// [`MAX_ANSWER`], or [`ClientError::Deadline`] for all of it together.
pub async fn ask(addr: &str, word: &str, deadline: Duration) -> Result<String, ClientError> {
    let asking = async {
        let mut stream = dial(addr).await?;
        let failed = |source| ClientError::Io {
            addr: addr.to_owned(),
            source: Arc::new(source),
        };
        stream.write_all(word.as_bytes()).await.map_err(failed)?;
        let mut answer = Vec::new();
        let mut bounded = stream.take(MAX_ANSWER as u64 + 1);
        match bounded.read_to_end(&mut answer).await {
            Ok(_) => {}
            // A server that closes with input unread resets the connection after its answer.
            Err(e) if e.kind() == io::ErrorKind::ConnectionReset && !answer.is_empty() => {}
            Err(e) => return Err(failed(e)),
        }
        if answer.len() > MAX_ANSWER {
            return Err(ClientError::AnswerTooLarge {
                addr: addr.to_owned(),
                max: MAX_ANSWER,
            });
        }
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    within("a four-letter word", deadline, asking).await
}
