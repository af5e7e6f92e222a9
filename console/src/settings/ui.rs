//! `[ui]` of console.toml: how the screen is drawn.
//!
//! ```toml
//! [ui]
//! theme = "colour-blind"    # default, colour-blind or mono; NO_COLOR and --no-color are mono
//! ascii = true              # as --ascii: for terminals whose glyphs or widths cannot be trusted
//! mouse = true              # select and scroll; text is then selected with Shift held
//! ```

use clap::ValueEnum as _;
use serde::Deserialize;
use toml::Spanned;

use crate::{
    notify::settings::Mistake,
    view::{Theme, theme_names},
};

/// The section, checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UiSettings {
    pub theme: Theme,
    /// ASCII alone.
    pub ascii: bool,
    /// The mouse selects and scrolls; it never acts.
    pub mouse: bool,
}

/// The section as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawUi {
    theme: Option<Spanned<String>>,
    #[serde(default)]
    ascii: bool,
    #[serde(default)]
    mouse: bool,
}

impl RawUi {
    /// The section, or the first thing that is not as expected.
    pub(super) fn check(self) -> Result<UiSettings, Mistake> {
        let theme = self.theme.map(|name| {
            Theme::from_str(name.get_ref(), false).map_err(|_| {
                let found = name.get_ref();
                let message = format!("theme: expected {}, found \"{found}\"", theme_names());
                (name.span().start, message)
            })
        });
        Ok(UiSettings {
            theme: theme.transpose()?.unwrap_or_default(),
            ascii: self.ascii,
            mouse: self.mouse,
        })
    }
}
