//! A blocking face of `zoowarden-client`: one session on one member.

use std::{net::SocketAddr, time::Duration};

use tokio::runtime::Handle;
use zoowarden_client::{ClientError, ConnectOptions, Connection, Events, WatchEvent};
use zoowarden_shared::{
    ErrorCode,
    acl::Acl,
    proto::{CreateMode, ReconfigRequest},
};

use crate::tree::Tree;

/// A session; dropped, it lives on until its timeout.
#[derive(Debug)]
pub struct Client {
    handle: Handle,
    pub connection: Connection,
    events: Events,
}

impl Client {
    /// A session of its own.
    ///
    /// # Errors
    /// Where the member does not serve.
    pub fn connect(handle: &Handle, address: SocketAddr) -> Result<Self, ClientError> {
        Self::connect_with(handle, address, ConnectOptions::default())
    }

    /// As [`Self::connect`], with these options.
    ///
    /// # Errors
    /// Where the member does not serve, or not that session.
    pub fn connect_with(
        handle: &Handle,
        address: SocketAddr,
        options: ConnectOptions,
    ) -> Result<Self, ClientError> {
        let address = address.to_string();
        let connecting = Connection::connect(&address, options);
        let (connection, events) = handle.block_on(connecting)?;
        Ok(Self {
            handle: handle.clone(),
            connection,
            events,
        })
    }

    /// The same session on another member, as a client does that has lost its connection.
    pub fn moved_to(self, address: SocketAddr) -> Self {
        let options = ConnectOptions {
            session: Some(self.connection.session().credentials),
            last_zxid_seen: self.connection.last_zxid(),
            ..ConnectOptions::default()
        };
        let handle = self.handle.clone();
        drop(self);
        let deadline = std::time::Instant::now() + Duration::from_secs(8);
        loop {
            match Self::connect_with(&handle, address, options) {
                Ok(moved) => return moved,
                // It has no quorum yet, or has not yet applied what this client has seen.
                Err(ClientError::HandshakeRefused { .. } | ClientError::Connect { .. })
                    if std::time::Instant::now() < deadline =>
                {
                    std::thread::sleep(Duration::from_millis(50));
                }
                Err(error) => panic!("the session does not move to {address}: {error}"),
            }
        }
    }

    /// Creates a persistent znode that may be there already.
    pub fn make(&self, path: &str) {
        let made = self.create(path, b"", CreateMode::Persistent);
        let there = made.is_ok()
            || made.as_ref().err().and_then(ClientError::code) == Some(ErrorCode::NodeExists);
        assert!(there, "{path} cannot be made: {made:?}");
    }

    /// Creates a znode that all may change; its path, with the number of a sequential one.
    ///
    /// # Errors
    /// Those of the member, and of the connection.
    pub fn create(&self, path: &str, data: &[u8], mode: CreateMode) -> Result<String, ClientError> {
        let acl = Acl::open();
        let creating = self.connection.create(path, data.to_vec(), &acl, mode);
        Ok(self.handle.block_on(creating)?.value)
    }

    /// Sets a znode's data, whatever its version.
    pub fn set(&self, path: &str, data: &[u8]) {
        let setting = self.connection.set_data(path, data.to_vec(), None);
        self.handle.block_on(setting).expect("it is set");
    }

    /// What this member has of a znode after a sync; `None` where there is none.
    pub fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.sync();
        match self.handle.block_on(self.connection.get_data(path, false)) {
            Ok(reply) => Some(reply.value.data.unwrap_or_default().to_vec()),
            Err(error) if error.code() == Some(ErrorCode::NoNode) => None,
            Err(error) => panic!("{path} cannot be read: {error}"),
        }
    }

    /// Changes the members; the text of the new configuration.
    ///
    /// # Errors
    /// Those of the leader, and of the connection.
    pub fn reconfig(
        &self,
        joining: Option<&str>,
        leaving: Option<usize>,
    ) -> Result<String, ClientError> {
        let request = ReconfigRequest {
            joining: joining.map(str::to_owned),
            leaving: leaving.map(|sid| sid.to_string()),
            new_members: None,
            current_config_id: -1,
        };
        let reply = self.handle.block_on(self.connection.reconfig(request))?;
        let text = reply.value.data.unwrap_or_default();
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Leaves a watch on a znode's data or its creation.
    pub fn watch(&self, path: &str) {
        let watching = self.connection.exists(path, true);
        self.handle.block_on(watching).expect("it is watched");
    }

    /// The next watch event.
    pub fn event(&mut self) -> WatchEvent {
        // A timeout can only be made inside a runtime.
        let waiting =
            async { tokio::time::timeout(Duration::from_secs(10), self.events.next()).await };
        let event = self.handle.block_on(waiting);
        event.expect("an event within 10 s").expect("a connection")
    }

    /// Sends a setData and does not wait for its reply.
    pub fn set_and_forget(&self, path: &str, data: &[u8]) {
        let (connection, path, data) = (self.connection.clone(), path.to_owned(), data.to_vec());
        self.handle.spawn(async move {
            let _ = connection.set_data(&path, data, None).await;
        });
    }

    /// Waits until this member has what the leader had when asked.
    pub fn sync(&self) {
        self.handle
            .block_on(self.connection.sync("/"))
            .expect("it syncs");
    }

    /// The whole tree as this member has it after a sync.
    pub fn tree(&self) -> Tree {
        self.sync();
        self.handle
            .block_on(Tree::read(&self.connection))
            .expect("the tree is read")
    }

    /// Ends the session.
    pub fn close(self) {
        self.handle
            .block_on(self.connection.close())
            .expect("the session is closed");
    }
}
