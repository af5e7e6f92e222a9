//! What the environment tells about where the console runs: a desktop, ssh, tmux, and which
//! terminal is at the far end.

use std::env;

use super::osc::Osc;

/// What was found in the environment, read once at the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// A session bus and something to draw on, and not at the far end of ssh: a toast would
    /// appear before somebody else, or nobody.
    pub has_desktop: bool,
    /// Inside tmux, which keeps escape sequences for itself unless they are wrapped.
    pub in_tmux: bool,
    /// The pane of that tmux, where it can be asked (`TMUX_PANE`).
    pub tmux_pane: Option<String>,
    /// What the terminal is known to understand; empty where it did not say who it is.
    pub terminal_takes: Vec<Osc>,
}

impl Surroundings {
    /// Those of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self::of(|name| env::var(name).ok())
    }

    /// Those that a look-up of environment variables tells.
    ///
    /// | sign | notified by |
    /// |---|---|
    /// | `KITTY_WINDOW_ID`, `TERM=xterm-kitty` | OSC 99 |
    /// | `TERM_PROGRAM=iTerm.app`, `LC_TERMINAL=iTerm2` (ssh carries it) | OSC 9 |
    /// | `TERM_PROGRAM=WezTerm` or `ghostty`, `VTE_VERSION`, `TERM=foot*`, `rxvt*`, `xterm-ghostty`, `wezterm` | OSC 777 |
    /// | none of them, as through most ssh connections | OSC 9 and 777 |
    ///
    /// `TERM=tmux*` without `TMUX` is a tmux on the near side of ssh: sequences are wrapped for
    /// it, but it cannot be asked whether it lets them through.
    #[must_use]
    pub fn of(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let get = |name| lookup(name).filter(|value| !value.is_empty());
        let is_set = |name| get(name).is_some();
        let over_ssh = is_set("SSH_TTY") || is_set("SSH_CONNECTION");
        let draws = is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
        let terminal = get("TERM").unwrap_or_default();
        let program = get("TERM_PROGRAM").unwrap_or_default();
        let takes = if is_set("KITTY_WINDOW_ID") || terminal == "xterm-kitty" {
            vec![Osc::Kitty99]
        } else if program == "iTerm.app" || get("LC_TERMINAL").is_some_and(|it| it == "iTerm2") {
            vec![Osc::Growl9]
        } else if ["WezTerm", "ghostty"].contains(&program.as_str())
            || is_set("VTE_VERSION")
            || ["foot", "rxvt", "xterm-ghostty", "wezterm"]
                .iter()
                .any(|name| terminal.starts_with(name))
        {
            vec![Osc::Notify777]
        } else {
            Vec::new()
        };
        Self {
            has_desktop: is_set("DBUS_SESSION_BUS_ADDRESS") && draws && !over_ssh,
            in_tmux: is_set("TMUX") || terminal.starts_with("tmux"),
            tmux_pane: get("TMUX").and_then(|_| get("TMUX_PANE")),
            terminal_takes: takes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> Surroundings {
        Surroundings::of(|name| {
            let found = pairs.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_desktop_is_one_only_where_the_operator_sits() {
        let bus = ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/user/1/bus");
        assert!(with(&[bus, ("WAYLAND_DISPLAY", "wayland-0")]).has_desktop);
        assert!(!with(&[bus]).has_desktop, "a bus without a screen");
        assert!(!with(&[bus, ("DISPLAY", ":10"), ("SSH_TTY", "/dev/pts/3")]).has_desktop);
    }

    #[test]
    fn a_terminal_is_spoken_to_as_it_understands() {
        let takes = |pairs: &[_]| with(pairs).terminal_takes;
        assert_eq!(takes(&[("TERM", "xterm-kitty")]), [Osc::Kitty99]);
        assert_eq!(takes(&[("LC_TERMINAL", "iTerm2")]), [Osc::Growl9]);
        assert_eq!(takes(&[("VTE_VERSION", "7600")]), [Osc::Notify777]);
        assert_eq!(takes(&[("TERM", "foot-extra")]), [Osc::Notify777]);
        assert!(takes(&[("TERM", "xterm-256color")]).is_empty());
    }

    #[test]
    fn tmux_is_known_here_and_on_the_near_side_of_ssh() {
        let here = with(&[("TMUX", "/tmp/tmux-1/default,1,0"), ("TMUX_PANE", "%4")]);
        assert_eq!(
            (here.in_tmux, here.tmux_pane.as_deref()),
            (true, Some("%4"))
        );
        let there = with(&[("TERM", "tmux-256color"), ("TMUX_PANE", "%4")]);
        assert_eq!((there.in_tmux, there.tmux_pane), (true, None));
        assert!(!with(&[("TERM", "xterm")]).in_tmux);
    }
}
