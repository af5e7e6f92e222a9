//! Recordings: what is told is kept, bounded, read back in spite of a torn end, and drawn again
//! as it was.

use std::{
    fs::{self, OpenOptions},
    path::{Path, PathBuf},
};

use ratatui::{Terminal, backend::TestBackend};
use tempfile::TempDir;
use tokio::sync::mpsc;
use zoowarden_console::{
    bundle::{Beside, write},
    event::{Command, Event, SessionEvent},
    keymap::Key,
    model::{Model, alarm::settings::AlarmSettings, clock::Now, happening::What},
    record::{Origin, Recorder, Recording, Ring},
    replay::Player,
    view::{Look, draw},
};

use crate::{
    fixture::{Console, WALL_MS, console},
    screens::check,
};

fn at(mono_ms: u64) -> Now {
    Now {
        mono_ms,
        wall_ms: WALL_MS + i64::try_from(mono_ms).unwrap(),
    }
}

/// Records these events of a model as it was at the start; tells what the recorder said.
fn record(
    directory: &Path,
    limit_bytes: u64,
    model: &Model,
    events: impl IntoIterator<Item = (u64, Event)>,
) -> Vec<Event> {
    let ring = Ring {
        directory: directory.to_owned(),
        limit_bytes,
    };
    let (sender, mut told) = mpsc::channel(16);
    let mut recorder = Recorder::start(ring, Origin::of(model), sender);
    for (number, (mono_ms, event)) in events.into_iter().enumerate() {
        recorder.see(at(mono_ms), &event);
        // The queue is bounded, and nothing may be left out here.
        if number % 1000 == 999 {
            let shelf = recorder.shelf().unwrap();
            futures(shelf.newest()).unwrap();
        }
    }
    recorder.finish();
    std::iter::from_fn(|| told.try_recv().ok()).collect()
}

fn futures<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.build().unwrap().block_on(future)
}

fn segments(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "zwrec"))
        .collect();
    files.sort();
    files
}

fn player(path: &Path) -> Player {
    let recording = Recording::open(path).unwrap();
    Player::new(recording, AlarmSettings::default())
}

/// Goes to a place of the recording and has all told up to there.
fn go(player: &mut Player, at_ms: u64) {
    player.go_to(at_ms);
    while player.is_behind() {
        player.advance(10);
    }
    player.advance(1);
}

fn screen(model: &Model, columns: u16, rows: u16) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal
        .draw(|frame| draw(model, Look::default(), frame))
        .unwrap();
    let buffer = terminal.backend().buffer();
    let lines = buffer.content.chunks(usize::from(columns)).map(|cells| {
        let line: String = cells.iter().map(ratatui::buffer::Cell::symbol).collect();
        line.trim_end().to_owned()
    });
    lines.collect()
}

fn check_replay(name: &str, player: &Player) {
    let text = screen(&player.model, 120, 35).join("\n");
    check(&format!("{name}-120x35"), &text);
}

/// A fixture, and its recording in this directory.
fn recorded(name: &str, directory: &Path) -> Console {
    let console = console(name);
    let mut start = console.model.clone();
    start.known.identities.clear();
    let told = record(directory, 64 << 20, &start, console.told.clone());
    let is_since = |event: &Event| matches!(event, Event::Recording { since_wall_ms } if *since_wall_ms == WALL_MS);
    assert!(told.len() == 1 && is_since(&told[0]), "{told:?}");
    console
}

#[test]
fn a_recording_is_drawn_as_it_was() {
    for name in [
        "healthy",
        "leader-lost",
        "no-quorum",
        "one-silent",
        "sessions",
    ] {
        let directory = TempDir::new().unwrap();
        let mut console = recorded(name, directory.path());
        let mut player = player(directory.path());
        player.take(Event::Resize(120, 35));
        let first_ms = u64::try_from(WALL_MS).unwrap();
        go(&mut player, first_ms + console.model.now.mono_ms);
        // What the operator did is not recorded either.
        for key in console.keys_told() {
            player.take(Event::Key(key));
        }
        // Screen 7 is not recorded, and 0 has nothing to act with.
        for key in ["1", "2", "4", "5", "9"] {
            // Whom nobody had asked, a console asks and a replay cannot.
            if key == "5" && !console.model.sessions.is_told() {
                continue;
            }
            console.keys(key);
            let live: Vec<String> = console.screen(120, 35).lines().map(str::to_owned).collect();
            player.take(Event::Key(Key::Char(key.chars().next().unwrap())));
            let again = screen(&player.model, 120, 35);
            assert!(again[0].contains(" REPLAY "), "{}", again[0]);
            // Between the title and the footer; what would tell more tells it no more.
            let picture = |lines: &[String]| {
                let lines = lines[1..32].iter();
                let lines = lines.filter(|line| !line.contains("watches of "));
                lines.cloned().collect::<Vec<_>>().join("\n")
            };
            assert_eq!(picture(&live), picture(&again), "{name} {key}");
        }
    }
}

#[test]
fn a_replay_says_what_it_is_and_where() {
    let directory = TempDir::new().unwrap();
    let console = recorded("leader-lost", directory.path());
    let mut player = player(directory.path());
    player.take(Event::Resize(120, 35));
    player.take(Event::Key(Key::Char(' ')));
    let first_ms = u64::try_from(WALL_MS).unwrap();
    go(&mut player, first_ms + console.model.now.mono_ms / 2);
    check_replay("replay", &player);
}

/// Types a key and lets the player do what follows from it.
fn press(player: &mut Player, key: char) {
    player.take(Event::Key(Key::Char(key)));
    while player.is_busy() {
        player.advance(10);
    }
    player.advance(1);
}

/// What the operator is told above the footer: `event 2 of 5, down: ...`.
fn said(player: &Player) -> String {
    let lines = screen(&player.model, 120, 35);
    let told = lines[32].split_once("● ").map(|(_, told)| told.to_owned());
    told.unwrap_or_default()
}

#[test]
fn the_events_are_gone_to_in_both_directions_and_each_is_called_by_its_number() {
    let directory = TempDir::new().unwrap();
    let console = recorded("leader-lost", directory.path());
    let texts: Vec<String> = console
        .model
        .history
        .entries()
        .map(|entry| entry.what.sentence())
        .collect();
    let all = texts.len();
    assert!(all > 2, "{texts:?}");
    let mut player = player(directory.path());
    player.take(Event::Resize(120, 35));
    let mut places = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        press(&mut player, ')');
        let head = format!("event {} of {all}, ", number + 1);
        assert!(said(&player).starts_with(&head), "{}", said(&player));
        let newest = player
            .model
            .history
            .entries()
            .map(|entry| entry.what.kind());
        assert!(newest.len() > number, "{text} has happened");
        let replay = player.model.replay.unwrap();
        assert!(!replay.is_playing, "it waits there");
        places.push(replay.at_ms);
    }
    assert!(
        places.is_sorted() && places[0] < places[all - 1],
        "{places:?}"
    );
    check_replay("replay-event", &player);
    press(&mut player, ')');
    let end = said(&player);
    let last = format!("nothing happened after this; the last is event {all} of {all}, ");
    assert!(end.starts_with(&last), "{end}");
    // It stands on the timeline, and the newest is the first row there.
    player.take(Event::Key(Key::Char('4')));
    let row = |player: &Player| {
        let lines = screen(&player.model, 120, 35);
        lines.iter().find(|line| line.starts_with('>')).cloned()
    };
    assert!(
        row(&player).is_some(),
        "{:#?}",
        screen(&player.model, 120, 35)
    );

    for number in (1..all).rev() {
        press(&mut player, '(');
        let head = format!("event {number} of {all}, ");
        assert!(said(&player).starts_with(&head), "{}", said(&player));
        assert_eq!(player.model.replay.unwrap().at_ms, places[number - 1]);
    }
    press(&mut player, '(');
    assert!(said(&player).starts_with("nothing happened before this"));
    // Another step is no event.
    press(&mut player, '.');
    assert!(!said(&player).contains("event"), "{}", said(&player));
}

#[test]
fn while_the_events_are_looked_for_the_bar_says_so_and_keys_answer() {
    let directory = TempDir::new().unwrap();
    recorded("leader-lost", directory.path());
    let mut player = player(directory.path());
    player.take(Event::Resize(120, 35));
    player.take(Event::Key(Key::Char(')')));
    let bar = screen(&player.model, 120, 35).join("\n");
    assert!(bar.contains(" looking for events 0 %"), "{bar}");
    player.take(Event::Key(Key::Char('2')));
    player.take(Event::Key(Key::Char('(')));
    while player.is_busy() {
        player.advance(10);
    }
    assert!(said(&player).starts_with("nothing happened before this"));
}

#[test]
fn back_is_as_it_was_on_the_way() {
    let directory = TempDir::new().unwrap();
    let console = recorded("leader-lost", directory.path());
    let mut player = player(directory.path());
    player.take(Event::Resize(120, 35));
    player.take(Event::Key(Key::Char(' ')));
    let first_ms = u64::try_from(WALL_MS).unwrap();
    let (middle, end) = (console.model.now.mono_ms / 2, console.model.now.mono_ms);
    go(&mut player, first_ms + middle);
    let on_the_way = screen(&player.model, 120, 35);
    go(&mut player, first_ms + end);
    assert_ne!(on_the_way, screen(&player.model, 120, 35));
    go(&mut player, first_ms + middle);
    assert_eq!(on_the_way, screen(&player.model, 120, 35));
}

#[test]
fn a_torn_end_costs_what_is_torn() {
    let directory = TempDir::new().unwrap();
    recorded("leader-lost", directory.path());
    let file = &segments(directory.path())[0];
    let whole = Recording::open(file).unwrap();
    assert!(whole.notes().is_empty());
    let length = fs::metadata(file).unwrap().len();
    let open = OpenOptions::new().write(true).open(file).unwrap();
    open.set_len(length - 7).unwrap();
    let torn = Recording::open(file).unwrap();
    assert_eq!(torn.chunks(), whole.chunks() - 1);
    assert!(torn.notes()[0].contains("torn"), "{:?}", torn.notes());
    // Down to a part of the header there is an answer, never a panic.
    for length in (0..length).rev().step_by(11) {
        open.set_len(length).unwrap();
        if let Ok(recording) = Recording::open(file) {
            assert!(recording.chunks() > 0);
        }
    }
    fs::write(file, "a text of somebody's").unwrap();
    let error = Recording::open(file).unwrap_err();
    assert!(format!("{error:#}").contains("no recording"), "{error:#}");
}

#[test]
fn a_flipped_bit_costs_its_part() {
    let directory = TempDir::new().unwrap();
    recorded("leader-lost", directory.path());
    let file = &segments(directory.path())[0];
    let mut bytes = fs::read(file).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(file, bytes).unwrap();
    let recording = Recording::open(file).unwrap();
    let whole = recording.chunks() - 1;
    assert!((0..whole).all(|chunk| recording.read(chunk).is_ok()));
    assert!(recording.read(whole).is_err());
    let (_, end) = recording.span();
    let mut player = Player::new(recording, AlarmSettings::default());
    go(&mut player, end);
    assert_eq!(player.model.replay.unwrap().damaged, 1);
}

#[test]
fn the_ring_stays_within_its_bound_and_each_segment_stands_alone() {
    let directory = TempDir::new().unwrap();
    let limit_bytes = 256 << 10;
    let console = console("healthy");
    let connected = (
        0,
        Event::Session(SessionEvent::Connected {
            address: "zk1:2181".to_owned(),
            id: zoowarden_shared::SessionId(7),
            timeout_ms: 15_000,
            read_only: false,
        }),
    );
    // What does not deflate well.
    let noise = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
    let losses = (1..30_000).map(|n| {
        let why: Vec<String> = (0..8).map(|k| format!("{:x}", noise(n * 8 + k))).collect();
        (
            n * 20,
            Event::Session(SessionEvent::Lost { why: why.concat() }),
        )
    });
    let events = std::iter::once(connected).chain(losses);
    record(directory.path(), limit_bytes, &console.model, events);
    let files = segments(directory.path());
    let total: u64 = files
        .iter()
        .map(|file| fs::metadata(file).unwrap().len())
        .sum();
    assert!(total <= limit_bytes + limit_bytes / 8, "{total}");
    assert!(total > limit_bytes / 2, "{total}");
    // The first segments are gone, and with them the moment at which the session began.
    for file in &files[1..] {
        let recording = Recording::open(file).unwrap();
        let moments = recording.read(0).unwrap();
        let told = format!("{:?}", moments[0].1.seen);
        assert!(told.contains("Connected"), "{told}");
    }
}

#[test]
fn two_consoles_do_not_record_into_one_ring() {
    let directory = TempDir::new().unwrap();
    let model = console("healthy").model;
    let ring = Ring {
        directory: directory.path().to_owned(),
        limit_bytes: 64 << 20,
    };
    let (sender, _told) = mpsc::channel(16);
    let mut first = Recorder::start(ring.clone(), Origin::of(&model), sender);
    first.see(at(0), &Event::Tick);
    futures(first.shelf().unwrap().newest()).unwrap();
    let (sender, mut told) = mpsc::channel(16);
    let second = Recorder::start(ring, Origin::of(&model), sender);
    let said = futures(told.recv()).unwrap();
    let Event::NotRecording(why) = said else {
        panic!("{said:?}");
    };
    assert!(why.contains("another zoowarden"), "{why}");
    second.finish();
    first.finish();
}

#[test]
fn the_incident_key_asks_for_a_bundle_and_a_redacted_one_hides_whose_it_is() {
    let mut console = console("leader-lost");
    console.commands.clear();
    console.keys("I");
    console.keys(":bundle redacted<enter>");
    let mut bundles = console.commands.iter().filter_map(|command| match command {
        Command::Bundle(bundle) => Some(bundle),
        _ => None,
    });
    let open = bundles.next().unwrap();
    let text = |name: &str| {
        let mut texts = open.texts.iter();
        let (_, text) = texts.find(|(known, _)| known == name).unwrap();
        text.clone()
    };
    assert!(open.privacy.is_none());
    assert!(
        text("timeline.txt").contains("leads"),
        "{}",
        text("timeline.txt")
    );
    assert!(text("members.json").contains("zk1:2181"));
    assert!(text("config.txt").contains("server.1="));
    let redacted = bundles.next().unwrap();
    let privacy = redacted.privacy.as_ref().unwrap();
    for (name, text) in &redacted.texts {
        assert!(!privacy.hide(text).contains("zk1:2181"), "{name}");
    }
    console.now(Event::Bundled(Ok("/state/incident.tar.gz".to_owned())));
    assert!(console.screen(120, 35).contains("/state/incident.tar.gz"));
}

/// All files of a bundle, by their names without the directory.
fn unpacked(file: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archive =
        tar::Archive::new(flate2::read::GzDecoder::new(fs::File::open(file).unwrap()));
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().display().to_string();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        (name.split_once('/').unwrap().1.to_owned(), bytes)
    });
    entries.collect()
}

#[test]
fn a_redacted_bundle_has_a_recording_that_replays_and_tells_nobodys_name() {
    let directory = TempDir::new().unwrap();
    let ring = directory.path().join("ring");
    let mut console = recorded("sessions", &ring);
    console.keys("<esc>:bundle redacted<enter>");
    let bundle = console.commands.iter().find_map(|command| match command {
        Command::Bundle(bundle) => Some(bundle.as_ref().clone()),
        _ => None,
    });
    let log = vec![
        "INFO authenticationID=alice from /10.1.2.3:55555".to_owned(),
        "WARN zk1:2181 took 80 ms for /payroll/run".to_owned(),
    ];
    let beside = Beside {
        logs: vec![("server-1".to_owned(), Ok(log))],
        recording: Ok(segments(&ring)),
    };
    let file = write(directory.path(), bundle.unwrap(), beside).unwrap();
    let files = unpacked(Path::new(&file));
    let log = files
        .iter()
        .find(|(name, _)| name == "logs/server-1.txt")
        .unwrap();
    let log = String::from_utf8(log.1.clone()).unwrap();
    for gone in ["alice", "10.1.2.3", "zk1", "payroll"] {
        assert!(!log.contains(gone), "{gone}: {log}");
    }
    assert!(log.contains(":2181 took 80 ms"), "{log}");

    let copy = directory.path().join("copy");
    fs::create_dir(&copy).unwrap();
    for (name, bytes) in &files {
        if let Some(name) = name.strip_prefix("recording/") {
            fs::write(copy.join(name), bytes).unwrap();
        }
    }
    let recording = Recording::open(&copy).unwrap();
    assert!(recording.notes().is_empty(), "{:?}", recording.notes());
    let mut moments = 0;
    for number in 0..recording.chunks() {
        for (_, moment) in recording.read(number).unwrap() {
            let text = serde_json::to_string(&moment).unwrap();
            for member in &console.model.members {
                let host = member.address.split(':').next().unwrap();
                assert!(!text.contains(&format!("\"{host}")), "{host}: {text}");
            }
            moments += 1;
        }
    }
    assert!(moments > 10);
    let mut player = player(&copy);
    let first_ms = u64::try_from(WALL_MS).unwrap();
    go(&mut player, first_ms + console.model.now.mono_ms);
    assert_eq!(player.model.members.len(), console.model.members.len());
    assert_eq!(
        player.model.sessions.rows.len(),
        console.model.sessions.rows.len()
    );
    assert_eq!(player.model.verdict.verdict, console.model.verdict.verdict);
}

#[test]
fn what_nobody_looked_at_is_not_recorded_then_and_no_fact() {
    let directory = TempDir::new().unwrap();
    let console = recorded("healthy", directory.path());
    let mut player = player(directory.path());
    player.take(Event::Resize(120, 35));
    let first_ms = u64::try_from(WALL_MS).unwrap();
    go(&mut player, first_ms + console.model.now.mono_ms);
    for (key, untrue) in [
        ('5', ["1 of 1", "dump is shut", "AdminServers tell"]),
        (
            '6',
            ["not listed", "r says how many", "is not asked by itself"],
        ),
        ('7', ["0 bytes", "not read yet", "asking"]),
    ] {
        player.take(Event::Key(Key::Char(key)));
        player.advance(1);
        let text = screen(&player.model, 120, 35).join("\n");
        assert!(text.contains("not recorded"), "{key}: {text}");
        for untrue in untrue {
            assert!(!text.contains(untrue), "{untrue}: {text}");
        }
    }
}

#[test]
fn what_operators_did_is_on_the_timeline_of_the_replay_with_who_it_was() {
    let directory = TempDir::new().unwrap();
    let mut model = console("healthy").model;
    model.history = Default::default();
    model.others.me = Some((1, "ann@desk".to_owned()));
    let ring = Ring {
        directory: directory.path().to_owned(),
        limit_bytes: 64 << 20,
    };
    let (sender, _told) = mpsc::channel(16);
    let mut recorder = Recorder::start(ring, Origin::of(&model), sender);
    recorder.see(at(0), &Event::Tick);
    for (mono_ms, who, what) in [
        (1000, "you", "kill 0x7: begun"),
        (3000, "bob", "restart 2: runs without a console"),
    ] {
        let (who, what) = (who.to_owned(), what.to_owned());
        model
            .history
            .note(at(mono_ms), What::Operator { who, what });
        recorder.see_deeds(&model);
        recorder.see_deeds(&model);
    }
    recorder.see(at(9000), &Event::Tick);
    recorder.finish();
    let mut player = player(directory.path());
    player.take(Event::Resize(120, 35));
    for deed in [
        "event 1 of 2, operator: ann@desk: kill 0x7: begun",
        "event 2 of 2, operator: bob: restart 2: runs without a console",
    ] {
        press(&mut player, ')');
        assert_eq!(said(&player), deed);
    }
    assert_eq!(player.model.history.entries().len(), 2);
}

#[test]
fn a_page_that_is_closed_and_opened_again_in_one_run_goes_on_recording() {
    let directory = tempfile::tempdir().unwrap();
    let model = console("healthy").model;
    let tick = |mono_ms| (mono_ms, Event::Tick);
    for mono_ms in [1000, 9000, 20_000] {
        let said = record(directory.path(), 1 << 20, &model, [tick(mono_ms)]);
        let failed = |event: &&Event| matches!(event, Event::NotRecording(_));
        assert!(said.iter().find(failed).is_none(), "at {mono_ms}");
    }
    let segments = fs::read_dir(directory.path()).unwrap();
    let names = segments.map(|entry| entry.unwrap().file_name());
    let recorded = names.filter(|name| name.to_string_lossy().ends_with(".zwrec"));
    assert_eq!(recorded.count(), 3);
    let recording = Recording::open(directory.path()).unwrap();
    assert_eq!(recording.notes().len(), 0);
}
