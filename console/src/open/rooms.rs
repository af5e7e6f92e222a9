//! From one cluster to another: where there are several, the fleet is the way between them and
//! the home screen.

use super::{
    ClusterSettings, Everywhere, Opened, Which, configured, connected, look, place_of, watch,
};
use crate::{
    app::Left,
    cli::LookArgs,
    fleet::{self, Pool, Room, board::Board},
    keymap::bound::Keys,
    model::{
        Model,
        alarm::{Alarms, settings::AlarmSettings},
    },
    reach::{Reach, way::Way},
    source::Clock,
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
            (None, Some(name)) => Some(place_of(name, &settings)?),
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
        let mut board = Board::new(Keys::of_the_fleet(&everywhere.keys), read_only);
        let mut pool = None;
        let mut next = self.first;
        loop {
            let at = match next {
                Some(at) => at,
                None => {
                    let pool = match &mut pool {
                        Some(pool) => pool,
                        none => none.insert(self.pool(clock, &everywhere.alarms).await),
                    };
                    let look = look(look_args, everywhere.ui);
                    let Some(name) = fleet::run(&mut board, pool, clock, look).await? else {
                        return Ok(());
                    };
                    let clusters = self.clusters.iter();
                    let mut names = clusters.map(|opened| &opened.cluster.name);
                    let Some(at) = names.position(|known| *known == name) else {
                        continue;
                    };
                    at
                }
            };
            let Some(opened) = self.clusters.get(at).cloned() else {
                return Ok(());
            };
            board.selected = Some(opened.cluster.name.clone());
            let name = &opened.cluster.name;
            let elsewhere = pool.as_ref().map(|pool: &Pool| pool.elsewhere(name));
            let everywhere = everywhere.clone();
            let ended = watch(opened, look_args, everywhere, read_only, clock, elsewhere).await?;
            if ended.left == Left::ForGood {
                return Ok(());
            }
            next = None;
        }
    }

    /// Reads what the ways there need, once, and begins to look at all clusters. What is
    /// missing for one of them is said in its line.
    async fn pool(&mut self, clock: Clock, alarms: &AlarmSettings) -> Pool {
        let mut rooms = Vec::new();
        for opened in &mut self.clusters {
            let reach = match &opened.way {
                Some(way) => Ok(way.clone()),
                None => Reach::open(&opened.reach)
                    .await
                    .map_err(|error| format!("{error:#}")),
            };
            opened.way = reach.as_ref().ok().cloned();
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
        Pool::start(rooms, clock)
    }
}
