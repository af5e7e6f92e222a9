//! Who may ask which four-letter word, and what gathers its answer.

use std::sync::atomic::Ordering;

use zoowarden_peer::{ConnId, view::ConnectionView};

use super::{Admin, Word, ensemble, facts::environment, text};
use crate::driver::Stopped;

impl Admin {
    /// The answer to a word that connection `asking` sent, with the bytes that belong to it.
    pub(crate) async fn four_letter(&self, word: Word, argument: &[u8], asking: ConnId) -> String {
        let name = word.name();
        if !self.facts.whitelist.allows(name) {
            return format!("{name} is not executed because it is not in the whitelist.\n");
        }
        tracing::debug!(word = name, "processing a four-letter word");
        match word {
            Word::Ruok => "imok".into(),
            Word::Envi => text::envi(&environment(&self.facts.version)),
            Word::Gtmk => self.trace_mask.load(Ordering::Relaxed).to_string(),
            Word::Stmk => {
                let mask = argument
                    .first_chunk()
                    .map_or(0, |mask| i64::from_be_bytes(*mask));
                self.trace_mask.store(mask, Ordering::Relaxed);
                mask.to_string()
            }
            _ if !self.is_serving().await => not_serving(word),
            _ => match self.of_a_serving_member(word, asking).await {
                // The member may have lost its leader while it was asked.
                Ok(text) if self.is_serving().await => text,
                Ok(_) | Err(Stopped) => not_serving(word),
            },
        }
    }

    async fn of_a_serving_member(&self, word: Word, asking: ConnId) -> Result<String, Stopped> {
        let driver = &self.driver;
        Ok(match word {
            Word::Conf => {
                let (data, log) = self.facts.directory_sizes();
                let configuration = self.configuration().await?;
                let mut conf = text::conf(&configuration, data, log);
                if let Some(view) = self.replication().await? {
                    conf += &ensemble::conf(&view, &configuration);
                }
                conf
            }
            Word::Dirs => {
                let (data, log) = self.facts.directory_sizes();
                text::dirs(data, log)
            }
            Word::Srvr => self.srvr(None).await?,
            Word::Stat => {
                let connections = self.connections_seen_by(asking).await?;
                self.srvr(Some(&connections)).await?
            }
            Word::Cons => text::cons(&self.connections_seen_by(asking).await?),
            Word::Mntr => text::mntr(&self.sources().await?.values()),
            Word::Dump => {
                let (now, sessions, ephemerals) = driver
                    .ask(|peer, now| {
                        let sessions = text::DumpedSessions {
                            buckets: peer.session_buckets(),
                            of_learner: match peer.server_view(now).mode {
                                "follower" | "observer" => Some(peer.session_table()),
                                _ => None,
                            },
                        };
                        (now, sessions, peer.ephemerals())
                    })
                    .await?;
                let clock = text::WallClock {
                    wall_ms: now.wall_ms,
                    mono_us: now.mono_us,
                };
                let connections = self.connections().await?;
                text::dump(clock, &sessions, &ephemerals, &connections)
            }
            Word::Hash => text::hash(&driver.ask(|peer, _| peer.digests()).await?),
            Word::Wchs => text::wchs(driver.ask(|peer, _| peer.watch_summary()).await?),
            Word::Wchc => text::wchc(&driver.ask(|peer, _| peer.watches_by_session()).await?),
            Word::Wchp => text::wchp(&driver.ask(|peer, _| peer.watches_by_path()).await?),
            Word::Isro if self.server().await?.is_read_only() => "ro".into(),
            Word::Isro => "rw".into(),
            Word::Srst => {
                self.reset_statistics().await?;
                "Server stats reset.\n".into()
            }
            Word::Crst => {
                driver.ask(|peer, _| peer.reset_connection_stats()).await?;
                "Connection stats reset.\n".into()
            }
            Word::Ruok | Word::Envi | Word::Gtmk | Word::Stmk => String::new(),
        })
    }

    async fn srvr(&self, connections: Option<&[ConnectionView]>) -> Result<String, Stopped> {
        let server = self.server().await?;
        let proposals = self.proposal_sizes(&server).await?;
        let text = text::srvr(&self.facts.version, &server, connections);
        Ok(text + &proposals.map_or(String::new(), text::proposal_sizes))
    }

    /// All connections; the asking one as Apache shows it, not read any more and with the word
    /// counted as one packet.
    async fn connections_seen_by(&self, asking: ConnId) -> Result<Vec<ConnectionView>, Stopped> {
        let mut connections = self.connections().await?;
        if let Some(own) = connections.iter_mut().find(|view| view.conn == asking) {
            own.reading = false;
            own.received += 1;
        }
        Ok(connections)
    }
}

/// What a member that does not serve answers; Apache ends the line after most words.
fn not_serving(word: Word) -> String {
    match word {
        Word::Isro => "null".into(),
        Word::Hash => text::NOT_SERVING.into(),
        _ => format!("{}\n", text::NOT_SERVING),
    }
}
