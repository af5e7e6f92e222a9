//! The console's own loop without a terminal: real sources, the real update, drawn into memory.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ratatui::{Terminal, backend::TestBackend};
use tempfile::TempDir;
use tokio::{sync::mpsc, time::timeout};
use zoowarden_console::{
    action::{audit_log::AuditLog, recorder::Operator},
    event::{Command, Event},
    keymap::Key,
    model::{Cluster, Model},
    permit::Permit,
    reach::Reach,
    source::{AdminPorts, Clock, Sources, Writer},
    update::update,
    view::{Look, draw},
};

const DEADLINE: Duration = Duration::from_secs(20);
const SIZE: (u16, u16) = (120, 35);

/// A console on one member.
pub(crate) struct Console {
    pub(crate) model: Model,
    clock: Clock,
    sources: Sources,
    events: mpsc::Receiver<Event>,
    /// Where its audit log is.
    _state: TempDir,
}

impl Console {
    pub(crate) fn open(address: &str, read_only: bool) -> Self {
        let clock = Clock::start();
        let cluster = Cluster {
            name: "test".to_owned(),
            ..Cluster::default()
        };
        let seeds = vec![address.to_owned()];
        let mut model = Model::new(clock.now(), cluster, seeds, Default::default());
        model.read_only = read_only;
        let (sender, events) = mpsc::channel(1024);
        let state = tempfile::tempdir().expect("a directory can be made");
        let audit = state.path().join("audit.jsonl");
        // Nobody listens on that port.
        let admin = AdminPorts::same(1);
        let mut sources = Sources::start(sender, clock, admin, Reach::default(), None);
        sources.set_writer(Writer {
            permit: Permit::unless(read_only),
            cluster: "test".to_owned(),
            operator: Operator::of_process(),
            recorder: Arc::new(AuditLog::at(Some(audit))),
        });
        let (addresses, hosts) = model.to_watch();
        sources.perform(Command::Watch { addresses, hosts });
        let mut console = Self {
            model,
            clock,
            sources,
            events,
            _state: state,
        };
        console.take(Event::Resize(SIZE.0, SIZE.1));
        console
    }

    fn take(&mut self, event: Event) {
        for command in update(&mut self.model, self.clock.now(), event) {
            self.sources.perform(command);
        }
    }

    /// Types keys: characters, or `<enter>`, `<tab>`, `<c-s>`...
    pub(crate) fn keys(&mut self, keys: &str) {
        let mut rest = keys;
        while let Some(c) = rest.chars().next() {
            let named = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
            let (key, used) = match named.and_then(|(name, _)| Some((named_key(name)?, name))) {
                Some((key, name)) => (key, name.len() + 2),
                None => (Key::Char(c), c.len_utf8()),
            };
            rest = &rest[used..];
            self.take(Event::Key(key));
        }
    }

    /// Opens the tree on a znode, and waits until all of it is read that can be edited.
    pub(crate) async fn go_to(&mut self, path: &str) {
        self.keys("7");
        self.model.tree.reveal(path);
        self.model.ui.list_mut().selected = Some(path.to_owned());
        self.take(Event::Tick);
        let wanted = path.to_owned();
        self.until_model("the znode is read", move |model| {
            model
                .tree
                .nodes
                .get(&wanted)
                .is_some_and(|node| node.data_version.is_some() && node.acl_version.is_some())
        })
        .await;
        // A find is refused until it is known whether there is a quorum.
        self.until("a verdict", |screen| screen.contains("HEALTHY"))
            .await;
    }

    /// Takes events until the screen is so.
    pub(crate) async fn until(&mut self, what: &str, is_so: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        loop {
            let screen = self.screen();
            if is_so(&screen) {
                return;
            }
            assert!(begun.elapsed() < DEADLINE, "waited for {what}:\n{screen}");
            self.next().await;
        }
    }

    async fn until_model(&mut self, what: &str, is_so: impl Fn(&Model) -> bool) {
        let begun = Instant::now();
        while !is_so(&self.model) {
            assert!(
                begun.elapsed() < DEADLINE,
                "waited for {what}:\n{}",
                self.screen()
            );
            self.next().await;
        }
    }

    /// The next event; a tick where there is none for a while, as in the real loop.
    async fn next(&mut self) {
        let event = timeout(Duration::from_millis(100), self.events.recv()).await;
        let event = event.ok().flatten().unwrap_or(Event::Tick);
        self.take(event);
    }

    fn screen(&self) -> String {
        let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap();
        terminal
            .draw(|frame| draw(&self.model, Look::default(), frame))
            .unwrap();
        let buffer = terminal.backend().buffer();
        let lines = buffer.content.chunks(usize::from(SIZE.0)).map(|cells| {
            let line: String = cells.iter().map(ratatui::buffer::Cell::symbol).collect();
            line.trim_end().to_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn named_key(name: &str) -> Option<Key> {
    Some(match name {
        "enter" => Key::Enter,
        "esc" => Key::Esc,
        "tab" => Key::Tab,
        "end" => Key::End,
        "back" => Key::Backspace,
        "c-s" => Key::Ctrl('s'),
        "c-u" => Key::Ctrl('u'),
        _ => return None,
    })
}
