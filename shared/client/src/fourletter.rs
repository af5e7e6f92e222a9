//! Four-letter words: one word, one answer, one socket.

use std::{
    io::ErrorKind,
    time::{Duration, Instant},
};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    connection::within,
    connector::{Connector, broken},
    error::ClientError,
};

/// The longest answer taken, bytes (`cons` and `wchc` of a busy member are long).
pub const MAX_ANSWER: usize = 16 << 20;

/// [`ask_by`], plainly.
///
/// # Errors
/// As there.
pub async fn ask(addr: &str, word: &str, deadline: Duration) -> Result<String, ClientError> {
    ask_by(&Connector::default(), addr, word, deadline).await
}

/// Sends `word` to `addr` (`host:port`) and returns all that comes back until the server
/// hangs up. What the text means is [`zoowarden_shared::admin`]'s to say: refusals such as
/// "not in the whitelist" are answers too, and so is an empty one.
///
/// # Errors
/// [`ClientError::Connect`], [`ClientError::Tls`], [`ClientError::Proxy`],
/// [`ClientError::Io`], [`ClientError::AnswerTooLarge`] above [`MAX_ANSWER`],
/// [`ClientError::Mute`], or [`ClientError::Deadline`] for all of it together.
pub async fn ask_by(
    connector: &Connector,
    addr: &str,
    word: &str,
    deadline: Duration,
) -> Result<String, ClientError> {
    const WHAT: &str = "a four-letter word";
    let begun = Instant::now();
    let mut stream = within(WHAT, deadline, connector.open(addr)).await?;
    let asking = async {
        let failed = |fault| broken(addr, fault);
        stream.write_all(word.as_bytes()).await.map_err(failed)?;
        stream.flush().await.map_err(failed)?;
        let mut answer = Vec::new();
        let mut bounded = stream.take(MAX_ANSWER as u64 + 1);
        match bounded.read_to_end(&mut answer).await {
            Ok(_) => {}
            // A server that closes with input unread resets the connection after its answer;
            // one that speaks TLS may close without a farewell, a command may end badly.
            Err(e) if is_end(e.kind()) && !answer.is_empty() => {}
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
    let left = deadline.saturating_sub(begun.elapsed());
    match within(WHAT, left, asking).await {
        // What a command leads through takes connections, whoever is behind it.
        Err(ClientError::Deadline { what, .. }) if connector.proxy().is_some() => {
            Err(ClientError::Deadline { what, deadline })
        }
        Err(ClientError::Deadline { .. }) => Err(ClientError::Mute {
            addr: addr.to_owned(),
            deadline,
        }),
        ended => ended,
    }
}

fn is_end(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof | ErrorKind::Other
    )
}
