//! Pages of text over the screen, made from the model: pure, and made anew at each drawing.
//!
//! - `who`: whose a znode is, what a session holds
//! - `raw`: what is chosen, as JSON;  `config`: versions and settings that differ
//! - `capabilities`: what each member lets be read and changed
//! - `drill`: the rules, lessons and table of a drill
//! - `snapshots`, `audit`, `autopilot`: what members of ours tell beside Apache's commands
//! - `lines`: the end of a log, what a hook printed
//! - `handover`: the shift as Markdown, which is written and copied, not drawn

mod audit;
mod autopilot;
mod capabilities;
mod config;
pub mod drill;
pub mod handover;
mod lines;
mod raw;
mod snapshots;
mod who;

use super::{Model, chosen, ui::Page};
use crate::text::clean;

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Strong,
    Quiet,
    Warn,
}

/// A line of a page. Its text is clean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetLine {
    pub text: String,
    pub tone: Tone,
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    pub title: String,
    pub lines: Vec<SheetLine>,
}

impl Sheet {
    fn new(title: impl Into<String>) -> Self {
        Self {
            title: clean(&title.into()),
            lines: Vec::new(),
        }
    }

    fn put(&mut self, tone: Tone, text: impl AsRef<str>) {
        self.lines.push(SheetLine {
            text: clean(text.as_ref()),
            tone,
        });
    }

    fn plain(&mut self, text: impl AsRef<str>) {
        self.put(Tone::Plain, text);
    }

    fn strong(&mut self, text: impl AsRef<str>) {
        self.put(Tone::Strong, text);
    }

    fn quiet(&mut self, text: impl AsRef<str>) {
        self.put(Tone::Quiet, text);
    }

    fn warn(&mut self, text: impl AsRef<str>) {
        self.put(Tone::Warn, text);
    }
}

/// A page's title and lines; without lines where the view draws the page itself.
#[must_use]
pub fn sheet(model: &Model, page: &Page) -> Sheet {
    match page {
        Page::Detail => Sheet::new("described"),
        Page::Raw => raw::sheet(model),
        Page::Who(whose) => who::sheet(model, whose),
        Page::Config => config::sheet(model),
        Page::Capabilities => capabilities::sheet(model),
        Page::Snapshots => snapshots::sheet(model),
        Page::Audit(filter) => audit::sheet(model, filter),
        Page::Autopilot => autopilot::sheet(model),
        Page::Log(address) => lines::log(model, address),
        Page::Drill => drill::sheet(model),
        Page::Hook { address, name } => lines::hook(model, address, name),
    }
}

/// What `c` copies of a page.
#[must_use]
pub fn text(model: &Model, page: &Page) -> String {
    if *page == Page::Detail {
        return chosen::copied(model).unwrap_or_default();
    }
    let sheet = sheet(model, page);
    let lines: Vec<String> = sheet.lines.into_iter().map(|line| line.text).collect();
    lines.join("\n")
}
