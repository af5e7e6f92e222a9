//! A member for tests: answers four-letter words with what Apache 3.8.0 was seen to answer.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};

/// Answers of a running Apache 3.8.0, from the golden files of `shared`.
pub(super) mod golden {
    pub(in crate::source) const SRVR: &str =
        include_str!("../../../shared/tests/golden/fourletter/ensemble-leader-srvr.txt");
    pub(in crate::source) const MNTR: &str =
        include_str!("../../../shared/tests/golden/fourletter/ensemble-leader-mntr.txt");
    pub(in crate::source) const CONF: &str =
        include_str!("../../../shared/tests/golden/fourletter/ensemble-leader-conf.txt");
    pub(in crate::source) const NOT_SERVING: &str =
        include_str!("../../../shared/tests/golden/fourletter/ensemble-no-quorum-srvr.txt");
}

/// Starts a member that answers each word by this function; `None` leaves it unanswered for
/// good. Returns its address.
pub(super) async fn member(answer: fn(&str) -> Option<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    serve(listener, answer);
    address
}

/// The same at a listener that is there; it listens until it is aborted.
pub(super) fn serve(listener: TcpListener, answer: fn(&str) -> Option<String>) -> JoinHandle<()> {
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut word = [0; 4];
                if socket.read_exact(&mut word).await.is_err() {
                    return;
                }
                match answer(&String::from_utf8_lossy(&word)) {
                    Some(text) => {
                        let _ = socket.write_all(text.as_bytes()).await;
                    }
                    None => std::future::pending().await,
                }
            });
        }
    })
}

/// A whitelist of `srvr` alone, as is the default.
pub(super) fn only_srvr(word: &str) -> Option<String> {
    Some(match word {
        "srvr" => golden::SRVR.to_owned(),
        word => format!("{word} is not executed because it is not in the whitelist.\n"),
    })
}
