//! The loop: take in all that has happened, then draw, at most every [`FRAME`].
//!
//! Nothing is drawn when nothing has changed, and ratatui sends only the cells that differ:
//! over a slow ssh line an idle console costs the clock's digits.

use std::{
    hash::{BuildHasher as _, RandomState},
    io,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use bytes::Bytes;
use crossterm::event::{
    Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent,
    MouseEventKind,
};
use ratatui::layout::Size;
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};

use crate::{
    action::{
        audit_log::{AuditLog, demo_log, own_log},
        hands::Hands,
        poll,
    },
    demo::{Breaker, Witness},
    detached::launch::Launcher,
    drill::Saboteur,
    editor::Editing,
    event::{Command, Event, Mouse},
    fleet::Elsewhere,
    keymap::Key,
    model::Model,
    notify::Report,
    permit::Permit,
    reach::Reach,
    record::{Origin, Recorder, Ring},
    signals::Signals,
    source::{AdminPorts, Clock, Sources, Writer},
    stage::Stage,
    update::update,
    view::{Look, draw},
};

/// The shortest time between two drawings.
const FRAME: Duration = Duration::from_millis(33);
/// The same where heartbeats alone are the news: there are ten a second from each member.
const BEAT_FRAME: Duration = Duration::from_millis(100);
/// Ages and silences are drawn anew this often.
const TICK: Duration = Duration::from_millis(500);
/// Events that may wait; sources wait beyond it.
const QUEUE: usize = 1024;

/// What the loop is started with.
#[derive(Debug)]
pub struct Start {
    /// The model before anything has happened.
    pub model: Model,
    /// The clock that its `now` was read from.
    pub clock: Clock,
    pub look: Look,
    pub admin: AdminPorts,
    /// Who tells of a demo what cannot be seen from outside.
    pub witness: Option<Witness>,
    /// Who breaks a demo's members.
    pub breaker: Option<Breaker>,
    /// Who breaks things for a drill.
    pub saboteur: Option<Saboteur>,
    /// Who tells of the fleet's other clusters, where it is looked at.
    pub elsewhere: Option<Elsewhere>,
    /// How the members are reached, and as whom.
    pub reach: Reach,
    /// With what members are started and restarted.
    pub hands: Hands,
    /// What runs plans that go on without this console.
    pub launcher: Option<Launcher>,
    /// Where the picture is kept between runs.
    pub memory: Option<PathBuf>,
    /// Where what the sources tell is recorded.
    pub recording: Option<Ring>,
}

/// Where the operator went from an open cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Left {
    /// Nowhere: the console ends.
    #[default]
    ForGood,
    /// To the fleet.
    ForTheFleet,
}

/// A console that was left.
#[derive(Debug)]
pub struct Ended {
    pub left: Left,
    /// As it was then.
    pub model: Model,
}

/// Runs the console until the operator or a signal ends it.
///
/// # Errors
/// When the terminal cannot be drawn on.
pub async fn run(start: Start, stage: &mut Stage) -> anyhow::Result<Ended> {
    let Start {
        mut model,
        clock,
        look,
        admin,
        witness,
        breaker,
        saboteur,
        elsewhere,
        reach,
        hands,
        launcher,
        memory,
        recording,
    } = start;
    let (sender, mut events) = mpsc::channel(QUEUE);
    let mut signals = Signals::install().context("cannot install signal handlers")?;
    let size = stage
        .screen
        .terminal()
        .size()
        .context("cannot read the terminal's size")?;
    if let Some(witness) = witness {
        tokio::spawn(witness.tell(sender.clone()));
    }
    if let Some(elsewhere) = elsewhere.clone() {
        tokio::spawn(elsewhere.tell(sender.clone()));
    }
    let way = poll::Way {
        reach: reach.clone(),
        admin: admin.clone(),
        clock,
    };
    let mut recorder = match recording {
        Some(ring) => Recorder::start(ring, Origin::of(&model), sender.clone()),
        None => Recorder::default(),
    };
    let mut sources = Sources::start(sender, clock, admin, reach, memory);
    // What an operator can be asked to type.
    let cluster = match model.cluster.demo {
        true => "demo",
        false => &model.cluster.name,
    };
    let log = if model.cluster.demo {
        demo_log()
    } else {
        own_log()
    };
    sources.set_own_log(log.clone());
    let audit = AuditLog::at(log).copied_to(hands.audit_syslog.clone());
    let audit = Arc::new(audit);
    let (means, runner) = hands.open(cluster, way, model.read_only, audit);
    model.recovery.means = means;
    model.others.me = Some((RandomState::new().hash_one(0), runner.operator.at_host()));
    sources.set_writer(Writer {
        permit: runner.permit,
        cluster: runner.cluster.clone(),
        operator: runner.operator.clone(),
        recorder: Arc::clone(&runner.recorder),
    });
    model.recovery.has_launcher = launcher.is_some();
    sources.set_runner(runner, launcher);
    sources.set_shelf(recorder.shelf());
    sources.set_hooks(model.hooks.clone());
    if let Some((permit, breaker)) = Permit::unless(model.read_only).zip(breaker) {
        sources.set_breaker(permit, breaker);
    }
    if let Some((permit, saboteur)) = Permit::unless(model.read_only).zip(saboteur) {
        sources.set_saboteur(permit, saboteur);
    }
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);

    let first = update(
        &mut model,
        clock.now(),
        Event::Resize(size.width, size.height),
    );
    let mut left = perform(first, &mut sources, stage)?.left;
    let begun = begin(&mut model);
    left = left.or(perform(vec![begun], &mut sources, stage)?.left);
    let mut drawn: Option<Instant> = None;
    while left.is_none() {
        let frame_time = if model.is_dirty { FRAME } else { BEAT_FRAME };
        let due = drawn.map_or_else(Instant::now, |drawn| drawn + frame_time);
        let event = tokio::select! {
            // The operator first: a flood of facts must not make keys wait.
            biased;
            () = signals.any() => break,
            key = stage.screen.key() => match key {
                Some(key) => terminal_event(key),
                // The terminal is gone.
                None => break,
            },
            () = sleep_until(due), if model.is_dirty || model.has_new_beats => {
                stage
                    .screen
                    .terminal()
                    .draw(|frame| draw(&model, look, frame))
                    .context("cannot draw on the terminal")?;
                model.is_dirty = false;
                model.has_new_beats = false;
                drawn = Some(Instant::now());
                None
            }
            Some(event) = events.recv() => Some(event),
            Some(report) = stage.reports.recv() => told_here(report, elsewhere.as_ref()),
            Some(notice) = stage.notices.recv() => {
                stage.notifier.tell(&notice);
                None
            }
            _ = tick.tick() => Some(Event::Tick),
        };
        if let Some(event) = event {
            let now = clock.now();
            recorder.see(now, &event);
            let commands = update(&mut model, now, event);
            recorder.see_deeds(&model);
            let next = perform(commands, &mut sources, stage)?;
            left = next.left;
            if let Some(text) = next.edits {
                stage.screen.lend();
                let mut others = Others {
                    recorder: &mut recorder,
                    model: &mut model,
                    clock,
                    sources: &mut sources,
                    elsewhere: elsewhere.as_ref(),
                    stage,
                };
                let edited = others.edit(&text, &mut events).await;
                let size = others
                    .back()
                    .context("cannot take the terminal over again")?;
                others.take(Event::Resize(size.width, size.height));
                others.take(Event::Edited(edited));
            }
        }
    }
    if let Some(goes_on) = sources.leave().await {
        stage.part_with(goes_on);
    }
    recorder.finish();
    Ok(Ended {
        left: left.unwrap_or_default(),
        model,
    })
}

/// What a report is to the page that is open; one of a closed cluster goes there.
fn told_here(report: Report, elsewhere: Option<&Elsewhere>) -> Option<Event> {
    match elsewhere {
        Some(others) if others.took(&report) => None,
        _ => Some(Event::Told(report.delivery)),
    }
}

/// The first addresses to ask.
fn begin(model: &mut Model) -> Command {
    let (addresses, hosts) = model.to_watch();
    model.watching.clone_from(&addresses);
    Command::Watch { addresses, hosts }
}

/// What goes on while the terminal is an editor's: everything but drawing and keys.
struct Others<'a> {
    recorder: &'a mut Recorder,
    model: &'a mut Model,
    clock: Clock,
    sources: &'a mut Sources,
    elsewhere: Option<&'a Elsewhere>,
    stage: &'a mut Stage,
}

impl Others<'_> {
    /// Runs the operator's editor on a text; alarms are told meanwhile.
    async fn edit(
        &mut self,
        text: &Bytes,
        events: &mut mpsc::Receiver<Event>,
    ) -> Result<Bytes, String> {
        let said = |error: anyhow::Error| format!("{error:#}");
        let mut editing = Editing::start(text).map_err(said)?;
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                closed = editing.closed() => {
                    closed.map_err(|error| error.to_string())?;
                    return editing.text().map_err(said);
                }
                Some(event) = events.recv() => self.take(event),
                Some(report) = self.stage.reports.recv() => {
                    if let Some(event) = told_here(report, self.elsewhere) {
                        self.take(event);
                    }
                }
                Some(notice) = self.stage.notices.recv() => self.stage.notifier.tell(&notice),
                _ = tick.tick() => self.take(Event::Tick),
            }
        }
    }

    /// Takes the terminal back; tells how large it is now.
    fn back(&mut self) -> io::Result<Size> {
        let screen = &mut self.stage.screen;
        screen.take_again()?;
        screen.terminal().size()
    }

    /// Takes in an event; what it would do to the terminal is left out.
    fn take(&mut self, event: Event) {
        let now = self.clock.now();
        self.recorder.see(now, &event);
        let commands = update(self.model, now, event);
        self.recorder.see_deeds(self.model);
        for command in commands {
            match command {
                Command::Notify(notice) => self.stage.notifier.tell(&notice),
                other => self.sources.perform(other),
            }
        }
    }
}

/// What commands want of the loop.
#[derive(Default)]
struct Next {
    left: Option<Left>,
    /// This text is to be edited in the operator's own editor.
    edits: Option<Bytes>,
}

/// Performs commands; tells what they want of the loop.
fn perform(
    commands: Vec<Command>,
    sources: &mut Sources,
    stage: &mut Stage,
) -> anyhow::Result<Next> {
    let mut next = Next::default();
    for command in commands {
        match command {
            Command::Quit => next.left = Some(Left::ForGood),
            Command::Clusters => next.left = Some(Left::ForTheFleet),
            Command::EditOutside(text) => next.edits = Some(text),
            Command::Notify(notice) => stage.notifier.tell(&notice),
            of_the_terminal if stage.screen.perform(&of_the_terminal)? => {}
            other => sources.perform(other),
        }
    }
    Ok(next)
}

pub(crate) fn terminal_event(event: TerminalEvent) -> Option<Event> {
    match event {
        TerminalEvent::Key(key) if key.kind != KeyEventKind::Release => {
            known_key(key).map(Event::Key)
        }
        TerminalEvent::Mouse(mouse) => known_mouse(mouse).map(Event::Mouse),
        TerminalEvent::Paste(text) => Some(Event::Paste(text)),
        TerminalEvent::Resize(columns, rows) => Some(Event::Resize(columns, rows)),
        _ => None,
    }
}

fn known_mouse(mouse: MouseEvent) -> Option<Mouse> {
    Some(match mouse.kind {
        MouseEventKind::ScrollUp => Mouse::WheelUp,
        MouseEventKind::ScrollDown => Mouse::WheelDown,
        MouseEventKind::Down(MouseButton::Left) => Mouse::Click { row: mouse.row },
        _ => return None,
    })
}

fn known_key(key: KeyEvent) -> Option<Key> {
    Some(match key.code {
        KeyCode::Char(c) if key.modifiers.contains(KeyModifiers::CONTROL) => {
            Key::Ctrl(c.to_ascii_lowercase())
        }
        // A meta key is no letter: Alt-q must not quit.
        KeyCode::Char(_)
            if key
                .modifiers
                .intersects(KeyModifiers::ALT | KeyModifiers::META) =>
        {
            return None;
        }
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        _ => return None,
    })
}
