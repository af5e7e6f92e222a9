//! Clients and their connections.

use bytes::{Bytes, BytesMut};
use zoowarden_peer::{ClientEvent, ConnId, Input};
use zoowarden_shared::proto::{Frames, put_frame, xid};

use super::{World, members::Death};
use crate::{
    client::{Move, Role},
    event::Event,
    flaw::Flaw,
    net::{Conn, ToClient, ToServer},
    trace::hash_of,
};

impl World {
    /// A client's turn, unless it was scheduled anew meanwhile.
    pub(super) fn act(&mut self, client: usize, token: u64) {
        if self.clients[client].token != token {
            return;
        }
        self.instruct(client);
        let next =
            self.clients[client].act(self.now_us, &mut self.chance.clients, &mut self.history);
        self.make_move(client, next);
        let wait_us = match self.clients[client].role {
            Role::Worker => self.chance.clients.around(self.settings.think_us),
            _ => self.chance.clients.between(20_000, 60_000),
        };
        self.schedule_act(client, wait_us);
    }

    pub(crate) fn schedule_act(&mut self, client: usize, wait_us: u64) {
        self.clients[client].token += 1;
        let token = self.clients[client].token;
        self.queue
            .push(self.now_us + wait_us + 1, Event::Act { client, token });
    }

    fn make_move(&mut self, client: usize, next: Move) {
        match next {
            Move::Wait => {}
            Move::Connect(handshake) => self.connect(client, handshake),
            Move::Send(frame) => {
                if let Some(conn) = self.clients[client].conn {
                    self.trace
                        .note(self.now_us, "request", client, hash_of(&frame), || {
                            self.history
                                .ops
                                .last()
                                .map_or_else(String::new, |op| format!("{:?}", op.request))
                        });
                    self.send_to_server(conn, ToServer::Frames(frame));
                }
            }
            Move::Hangup => self.client_hangs_up(client),
        }
    }

    fn connect(&mut self, client: usize, handshake: Bytes) {
        let member = self.draw_member();
        let key = self.next_conn;
        self.next_conn += 1;
        self.conns.insert(key, Conn::new(client, member));
        self.clients[client].conn = Some(key);
        self.trace
            .note(self.now_us, "connect", client, member as u64, || {
                format!("client {client} to member {member}, connection {key}")
            });
        self.send_to_server(key, ToServer::Open);
        self.send_to_server(key, ToServer::Frames(handshake));
    }

    /// One of the machines that are in use.
    fn draw_member(&mut self) -> usize {
        let wanted = self.machines.iter().filter(|machine| machine.is_wanted);
        let wanted: Vec<usize> = wanted.map(|machine| machine.index).collect();
        self.chance.clients.pick(&wanted).unwrap_or_default()
    }

    fn send_to_server(&mut self, conn: u64, item: ToServer) {
        let at_us = self.now_us + self.delay_us();
        let Some(visit) = self.conns.get_mut(&conn) else {
            return;
        };
        let at_us = match item {
            ToServer::End => visit.to_server.end(at_us, item),
            item => visit.to_server.push(at_us, item),
        };
        if let Some(at_us) = at_us {
            self.queue.push(at_us, Event::ToServer { conn });
        }
    }

    fn reply_to_client(&mut self, conn: u64, item: ToClient) {
        let at_us = self.now_us + self.delay_us();
        let Some(visit) = self.conns.get_mut(&conn) else {
            return;
        };
        let at_us = match item {
            ToClient::End => visit.to_client.end(at_us, item),
            item @ ToClient::Bytes(_) => visit.to_client.push(at_us, item),
        };
        if let Some(at_us) = at_us {
            self.queue.push(at_us, Event::ToClient { conn });
        }
    }

    /// Delivers to a member what has arrived from a client.
    pub(super) fn pump_to_server(&mut self, conn: u64) {
        while self.violation.is_none() {
            let now_us = self.now_us;
            let clients = self.weather.clients();
            let Some(visit) = self.conns.get_mut(&conn) else {
                return;
            };
            let machine = &self.machines[visit.member];
            if !visit.reads || machine.is_paused || self.weather.is_blocked(clients, visit.member) {
                return;
            }
            let Some(item) = visit.to_server.take(now_us) else {
                return;
            };
            let (member, boot) = (visit.member, visit.boot);
            if let ToServer::Open = item {
                if machine.process.is_none() {
                    visit.server_open = false;
                    self.reply_to_client(conn, ToClient::End);
                    return;
                }
                visit.boot = Some(machine.boot);
                let last = visit.client as u8 + 1;
                let remote = ([10, 1, 0, last], 50_000).into();
                self.tell_visit(member, conn, ClientEvent::Opened { remote });
                continue;
            }
            if !boot.is_some_and(|boot| machine.runs(boot)) || !visit.server_open {
                self.forget_if_over(conn);
                return;
            }
            match item {
                ToServer::Open => {}
                ToServer::Frames(first) => {
                    let mut frames = BytesMut::from(first.as_ref());
                    while let Some(ToServer::Frames(more)) = visit
                        .to_server
                        .take_if(now_us, |it| matches!(it, ToServer::Frames(_)))
                    {
                        frames.extend_from_slice(&more);
                    }
                    self.note_frames(member, conn, &frames);
                    self.tell_visit(member, conn, ClientEvent::Frames(frames.freeze()));
                }
                ToServer::End => {
                    visit.server_open = false;
                    self.tell_visit(member, conn, ClientEvent::Closed);
                    self.forget_if_over(conn);
                }
            }
        }
    }

    fn tell_visit(&mut self, member: usize, conn: u64, event: ClientEvent) {
        self.tell(member, Input::Client(ConnId(conn), event));
    }

    /// Delivers to a client what has arrived from a member.
    pub(super) fn pump_to_client(&mut self, conn: u64) {
        while self.violation.is_none() {
            let now_us = self.now_us;
            let clients = self.weather.clients();
            let Some(visit) = self.conns.get_mut(&conn) else {
                return;
            };
            if self.weather.is_blocked(visit.member, clients) {
                return;
            }
            let Some(item) = visit.to_client.take(now_us) else {
                return;
            };
            let (client, member) = (visit.client, visit.member);
            if !visit.client_open {
                self.forget_if_over(conn);
                return;
            }
            match item {
                ToClient::Bytes(bytes) => {
                    self.trace
                        .note(now_us, "reply", client, hash_of(&bytes), || {
                            format!("{} bytes on connection {conn}", bytes.len())
                        });
                    let process = self.machines[member].process.as_ref();
                    self.clients[client].member_is_new =
                        process.is_none_or(|process| process.compared.is_none());
                    let heard =
                        self.clients[client].hear(now_us, conn, member, &bytes, &mut self.history);
                    self.note_session(client, conn);
                    match heard {
                        Ok(next) => self.make_move(client, next),
                        Err(what) => self.violate(what),
                    }
                }
                ToClient::End => {
                    visit.client_open = false;
                    self.clients[client].lost();
                    self.forget_if_over(conn);
                }
            }
        }
    }

    /// A client closes its connection.
    pub(super) fn client_hangs_up(&mut self, client: usize) {
        if let Some(conn) = self.clients[client].conn {
            self.send_to_server(conn, ToServer::End);
            if let Some(visit) = self.conns.get_mut(&conn) {
                visit.client_open = false;
            }
        }
        self.clients[client].lost();
    }

    /// Bytes from a member to a client.
    pub(super) fn send_to_client(&mut self, member: usize, boot: u32, conn: u64, bytes: Bytes) {
        let bytes = if self.settings.flaw == Some(Flaw::WatchAfterReply) {
            self.events_after_reply(conn, &bytes)
        } else {
            bytes
        };
        let Some(visit) = self.conns.get(&conn) else {
            return;
        };
        if visit.member == member && visit.boot == Some(boot) && visit.server_open {
            self.reply_to_client(conn, ToClient::Bytes(bytes));
        }
    }

    /// The flaw: watch events wait for the reply that should come behind them.
    fn events_after_reply(&mut self, conn: u64, bytes: &[u8]) -> Bytes {
        let Some(visit) = self.conns.get_mut(&conn) else {
            return Bytes::new();
        };
        let mut input = BytesMut::from(bytes);
        let mut out = BytesMut::new();
        while let Ok(Some(frame)) = Frames::new(&mut input, usize::MAX).next_frame() {
            let mut framed = BytesMut::new();
            put_frame(&mut framed, |out| out.extend_from_slice(&frame));
            if frame.starts_with(&xid::NOTIFICATION.to_be_bytes()) {
                visit.held_events.extend_from_slice(&framed);
            } else {
                out.extend_from_slice(&framed);
                out.extend_from_slice(&std::mem::take(&mut visit.held_events));
            }
        }
        out.freeze()
    }

    pub(super) fn server_closes(&mut self, conn: u64) {
        self.reply_to_client(conn, ToClient::End);
        let Some(visit) = self.conns.get_mut(&conn) else {
            return;
        };
        visit.server_open = false;
        self.live.expiry.closed(visit.member, visit.session);
        if let Some(boot) = visit.boot {
            let input = Input::Client(ConnId(conn), ClientEvent::Closed);
            self.queue.push(
                self.now_us,
                Event::Tell {
                    member: visit.member,
                    boot,
                    input: Box::new(input),
                },
            );
        }
    }

    pub(super) fn server_reads(&mut self, conn: u64, reads: bool) {
        if let Some(visit) = self.conns.get_mut(&conn) {
            visit.reads = reads;
            if reads {
                self.queue.push(self.now_us, Event::ToServer { conn });
            }
        }
    }

    /// A connection breaks: of what is under way, some arrives, and then the end.
    pub(super) fn break_visit(&mut self, conn: u64) {
        let Some(visit) = self.conns.get_mut(&conn) else {
            return;
        };
        let (out, back) = (&mut visit.to_server, &mut visit.to_client);
        out.lose_tail(self.chance.net.below(out.in_flight() + 1));
        back.lose_tail(self.chance.net.below(back.in_flight() + 1));
        self.send_to_server(conn, ToServer::End);
        self.reply_to_client(conn, ToClient::End);
    }

    pub(super) fn drop_visits_to(&mut self, member: usize, death: Death) {
        let gone: Vec<u64> = self
            .conns
            .iter()
            .filter(|(_, visit)| visit.member == member)
            .map(|(conn, _)| *conn)
            .collect();
        for conn in gone {
            if let Some(visit) = self.conns.get_mut(&conn) {
                visit.server_open = false;
                let back = &mut visit.to_client;
                back.lose_tail(self.chance.net.below(back.in_flight() + 1));
            }
            // After a power cut a client finds out by its patience.
            if death == Death::Killed {
                self.reply_to_client(conn, ToClient::End);
            }
        }
    }

    fn forget_if_over(&mut self, conn: u64) {
        if let Some(visit) = self.conns.get(&conn)
            && !visit.client_open
            && !visit.server_open
        {
            self.conns.remove(&conn);
        }
    }
}
