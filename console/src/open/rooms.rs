//! From one cluster to another: where there are several, the fleet is the way between them and
//! the home screen.

use anyhow::Context as _;

use super::{ClusterSettings, Everywhere, Opened, Which, configured, connected, look};
use crate::{
    action::exec::hooks::Hooks,
    app::{self, Ended, Left},
    cli::LookArgs,
    detached::launch::Launcher,
    fleet::{self, Pool, Room, board::Board},
    keymap::bound::Keys,
    model::{
        Model,
        alarm::{Alarms, settings::AlarmSettings},
    },
    reach::{Reach, way::Way},
    record::directory_of,
    settings::place_of,
    source::Clock,
    stage::Stage,
    view::Look,
};

/// The clusters that can be opened; there is at least one.
pub(super) struct Rooms {
    clusters: Vec<Opened>,
    /// The one that is opened at once; none for the fleet.
    first: Option<usize>,
}

impl Rooms {
    /// What the command line or console.toml names; `None` where there is no cluster.
    ///
    /// # Errors
    /// When it names no ensemble that there is.
    pub(super) fn of(
        args: Which<'_>,
        settings: Vec<ClusterSettings>,
    ) -> anyhow::Result<Option<Self>> {
        let first = match (args.connect, args.cluster) {
            (Some(_), _) => Some(0),
            (None, Some(name)) => Some(place_of(name, &settings).map_err(anyhow::Error::msg)?),
            (None, None) => (settings.len() == 1).then_some(0),
        };
        let mut clusters: Vec<Opened> = Vec::new();
        if let Some(hosts) = args.connect {
            clusters.push(connected(hosts, args.admin_port)?);
        }
        let settings = settings.into_iter();
        clusters.extend(settings.map(|cluster| configured(cluster, args.config)));
        let others = clusters.len().saturating_sub(1);
        for opened in &mut clusters {
            opened.cluster.others = others;
            opened.cluster.note =
                (others > 0).then(|| format!("one of {} clusters, :clusters", others + 1));
        }
        Ok((!clusters.is_empty()).then_some(Self { clusters, first }))
    }

    /// Goes from one to another until the operator leaves.
    ///
    /// # Errors
    /// When the terminal or the way to the cluster that is opened first is not as it must be.
    pub(super) async fn visit(
        mut self,
        look_args: &LookArgs,
        everywhere: Everywhere,
        read_only: bool,
    ) -> anyhow::Result<()> {
        let clock = Clock::start();
        let mut run = Run {
            board: Board::new(Keys::of_the_fleet(&everywhere.keys), read_only),
            look: look(look_args, everywhere.ui),
            everywhere,
            clock,
        };
        // No screen yet: a secret's command may ask.
        let (first, pool) = match self.first {
            Some(at) => (Some(self.ready(at, clock).await?), None),
            None => (
                None,
                Some(self.rooms(clock, None, &run.everywhere.alarms).await),
            ),
        };
        let mut stage = Stage::open(run.everywhere.notify(), run.everywhere.ui.mouse)?;
        let pool = pool.map(|rooms| Pool::start(rooms, clock, stage.closed()));
        let outcome = self.go(&mut run, first, pool, &mut stage).await;
        stage.close();
        outcome
    }

    async fn go(
        &mut self,
        run: &mut Run,
        mut first: Option<Ready>,
        mut pool: Option<Pool>,
        stage: &mut Stage,
    ) -> anyhow::Result<()> {
        loop {
            let ready = match (first.take(), &pool) {
                (Some(ready), _) => ready,
                (None, None) => return Ok(()),
                (None, Some(pool)) => {
                    let opens = fleet::run(&mut run.board, pool, run.clock, run.look, stage);
                    let Some(name) = opens.await? else {
                        return Ok(());
                    };
                    let clusters = self.clusters.iter();
                    let mut names = clusters.map(|opened| &opened.cluster.name);
                    let Some(at) = names.position(|known| *known == name) else {
                        continue;
                    };
                    self.ready(at, run.clock).await?
                }
            };
            run.board.selected = Some(ready.model.cluster.name.clone());
            let ended = run.page(ready, pool.as_ref(), stage).await?;
            if ended.left == Left::ForGood {
                return Ok(());
            }
            match &pool {
                Some(pool) => pool.close(ended.model),
                None => {
                    // The others' secrets are read only now: their commands may ask.
                    let asks = self.clusters.iter().any(Opened::may_ask);
                    if asks {
                        stage.screen.lend();
                    }
                    let alarms = &run.everywhere.alarms;
                    let rooms = self.rooms(run.clock, Some(ended.model), alarms).await;
                    if asks {
                        let again = stage.screen.take_again();
                        again.context("cannot take the terminal over again")?;
                    }
                    pool = Some(Pool::start(rooms, run.clock, stage.closed()));
                }
            }
        }
    }

    /// What the page of one of them begins with.
    async fn ready(&mut self, at: usize, clock: Clock) -> anyhow::Result<Ready> {
        let opened = self
            .clusters
            .get_mut(at)
            .context("there is no such cluster")?;
        let page = opened.clone();
        let (model, reach, hooks) = page.model(clock).await?;
        opened.way = Some(reach.clone());
        Ok(Ready {
            model,
            reach,
            hooks,
            opened: opened.clone(),
        })
    }

    /// Reads what the ways there need, once; `seen` is one of them as its page has left it.
    /// What is missing for one of them is said in its line.
    async fn rooms(
        &mut self,
        clock: Clock,
        mut seen: Option<Model>,
        alarms: &AlarmSettings,
    ) -> Vec<Room> {
        let mut rooms = Vec::new();
        for opened in &mut self.clusters {
            let reach = match &opened.way {
                Some(way) => Ok(way.clone()),
                None => Reach::open(&opened.reach)
                    .await
                    .map_err(|error| format!("{error:#}")),
            };
            opened.way = reach.as_ref().ok().cloned();
            let is_it = |model: &mut Model| model.cluster.name == opened.cluster.name;
            if let Some(model) = seen.take_if(is_it) {
                rooms.push(Room { model, reach });
                continue;
            }
            let mut model = Model::new(
                clock.now(),
                opened.cluster.clone(),
                opened.connect.clone(),
                opened.addresses.clone(),
            );
            model.alarms = Alarms::new(alarms.clone());
            if let Ok(reach) = &reach {
                model.cluster.way = Way::of(&opened.reach, reach);
                model.known.has_own_ports = reach.client.tls().is_some();
            }
            rooms.push(Room { model, reach });
        }
        rooms
    }
}

/// What holds for all pages of a run.
struct Run {
    board: Board,
    look: Look,
    everywhere: Everywhere,
    clock: Clock,
}

/// A cluster whose secrets were read.
struct Ready {
    opened: Opened,
    model: Model,
    reach: Reach,
    hooks: Hooks,
}

impl Run {
    /// Runs one cluster's page until it is left.
    async fn page(
        &self,
        ready: Ready,
        pool: Option<&Pool>,
        stage: &mut Stage,
    ) -> anyhow::Result<Ended> {
        let Ready {
            opened,
            mut model,
            reach,
            hooks,
        } = ready;
        let everywhere = &self.everywhere;
        model.read_only = self.board.read_only;
        everywhere.clone().lay_into(&mut model);
        let mut elsewhere = None;
        if let Some(pool) = pool {
            let (before, others) = pool.open(&opened.cluster.name);
            elsewhere = Some(others);
            if let Some(before) = before {
                model.carry_on(before);
            }
        }
        let start = app::Start {
            model,
            clock: self.clock,
            look: self.look,
            admin: opened.admin.clone(),
            witness: None,
            breaker: None,
            saboteur: None,
            elsewhere,
            reach,
            hands: everywhere.hands(hooks),
            memory: opened.memory(),
            recording: everywhere.ring(directory_of(&opened.cluster.name)),
            launcher: Launcher::new(opened.named_by),
        };
        app::run(start, stage).await
    }
}
