//! The console on a demo, with a drill in it.

use super::Saboteur;
use crate::{
    app,
    cli::LookArgs,
    demo::{Demo, DemoOptions},
    model::{
        drill::Drill,
        ui::{Overlay, Page},
    },
    open::{self, Everywhere},
    reach::Reach,
    settings,
    source::{AdminPorts, Clock},
    terminal,
};

/// Runs it until the operator leaves; the drill as it was then, none where there is no terminal.
///
/// # Errors
/// When console.toml or the terminal is not as it must be, or the demo does not start.
pub(super) async fn run(drill: Drill, look: &LookArgs) -> anyhow::Result<Option<Drill>> {
    if !terminal::is_there() {
        return Ok(None);
    }
    let (_, everywhere) = Everywhere::of(settings::load(None)?);
    // Nothing is drawn yet: this line is what there is to see for a moment.
    eprintln!("zoowarden: starting three members for the drill");
    let demo = Demo::start(DemoOptions::default()).await?;
    let clock = Clock::start();
    let mut model = demo.model(clock.now(), "drill, throw-away data".to_owned());
    // The menu would mend what is to be mended by the operator's own means.
    model.breaks.is_possible = false;
    let ui = everywhere.ui();
    let notify = everywhere.lay_into(&mut model);
    model.keys = std::mem::take(&mut model.keys).in_a_drill();
    model.drill = Some(Box::new(drill));
    model.ui.overlay = Some(Overlay::Page(Page::Drill));
    let start = app::Start {
        model,
        clock,
        look: open::look(look, ui),
        admin: AdminPorts::each(demo.admin_ports()),
        witness: Some(demo.witness()),
        breaker: None,
        saboteur: Some(Saboteur::new(&demo)),
        reach: Reach::default(),
        hands: demo.hands(),
        launcher: None,
        elsewhere: None,
        memory: None,
        recording: None,
    };
    let outcome = open::alone(start, notify.for_a_demo(), ui.mouse).await;
    demo.stop().await;
    Ok(outcome?.model.drill.map(|drill| *drill))
}
