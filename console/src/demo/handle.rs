//! What can be done to a member of a demo, through its supervisor: by an action that passed
//! its gate, or by the menu `B`.

use std::time::Duration;

use tokio::time::timeout;
use zoowarden_server::supervise::{Command, Keeper, Order, Phase, Report};

use super::{damage, member::Place, relays::Cuts, room::Room, slowness::Slowness};

/// How long the supervisor may take to do what it was told: what it gives a process to end, and
/// some more.
const OBEYED_WITHIN: Duration = Duration::from_secs(5);

/// A way to one member's supervisor. It is as good as the demo is alive.
#[derive(Clone, Debug)]
pub struct MemberHandle {
    pub(super) keeper: Keeper,
    pub(super) place: Place,
    pub(super) cuts: Cuts,
    pub(super) room: Room,
    pub(super) slowness: Slowness,
}

impl MemberHandle {
    /// SIGKILL: a crash, after which its supervisor starts it again.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn kill(&self) -> Result<String, String> {
        let pid = self.process()?;
        self.keeper.ask(Command::Kill).await?;
        Ok(format!("process {pid} was killed"))
    }

    /// SIGKILL, and it stays down until [`Self::start`]; also while it is about to be started.
    ///
    /// # Errors
    /// When the demo ends, or it does not end in time.
    pub async fn hold_down(&self) -> Result<String, String> {
        self.keeper.ask(Command::HoldDown).await?;
        self.until(|report| report.pid.is_none()).await?;
        Ok("it is held down until it is started".to_owned())
    }

    /// Starts it, also out of quarantine: who breaks things for fun has seen why it ended.
    ///
    /// # Errors
    /// When it runs, or the demo ends.
    pub async fn start(&self) -> Result<String, String> {
        if let Ok(pid) = self.process() {
            return Err(format!("process {pid} runs"));
        }
        self.run(Order::Start).await
    }

    /// SIGSTOP: it stands still, its sockets stay.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn stop(&self) -> Result<String, String> {
        let pid = self.process()?;
        self.keeper.ask(Command::Pause).await?;
        Ok(format!("process {pid} stands still"))
    }

    /// SIGCONT: it goes on.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn cont(&self) -> Result<String, String> {
        let pid = self.process()?;
        self.keeper.ask(Command::Continue).await?;
        Ok(format!("process {pid} goes on"))
    }

    /// Cuts it off from the other members; its clients go on to reach it.
    ///
    /// # Errors
    /// When it is cut off.
    pub fn cut_off(&self) -> Result<String, String> {
        self.cuts.set(self.place.id, true)?;
        Ok("nothing passes between it and the others".to_owned())
    }

    /// Lets it hear the others again.
    ///
    /// # Errors
    /// When it does.
    pub fn heal_links(&self) -> Result<String, String> {
        self.cuts.set(self.place.id, false)?;
        Ok("its links to the others are open again".to_owned())
    }

    /// Its disk takes no more, now and at the next starts.
    ///
    /// # Errors
    /// When that cannot be had on this system.
    pub fn fill_disk(&self) -> Result<String, String> {
        // A process that has logged nothing yet is stopped by its first log.
        let logged = damage::logged(&self.place).unwrap_or_default();
        let filled = self.room.set(true, self.process().ok(), logged);
        filled.map_err(|fault| fault.to_string())?;
        Ok("its disk takes no more".to_owned())
    }

    /// Its disk has room again. What has ended is not started by that.
    ///
    /// # Errors
    /// When it had room.
    pub fn make_room(&self) -> Result<String, String> {
        if !self.room.is_full() {
            return Err("its disk has room".to_owned());
        }
        let freed = self.room.set(false, self.process().ok(), 0);
        freed.map_err(|fault| fault.to_string())?;
        Ok("its disk has room again".to_owned())
    }

    /// Each sync of its disk takes much longer, now and after the next starts.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn slow_disk(&self) -> Result<String, String> {
        let slowed = self.slowness.set(true);
        slowed.map_err(|fault| fault.to_string())?;
        Ok("its disk is slow".to_owned())
    }

    /// Its disk is as quick as it was.
    ///
    /// # Errors
    /// When it is.
    pub fn quicken_disk(&self) -> Result<String, String> {
        if !self.slowness.is_slow() {
            return Err("its disk is not slow".to_owned());
        }
        let quickened = self.slowness.set(false);
        quickened.map_err(|fault| fault.to_string())?;
        Ok("its disk is as quick as it was".to_owned())
    }

    /// Its disk is as it should be, whatever was wrong with it.
    ///
    /// # Errors
    /// When it was so.
    pub fn mend_disk(&self) -> Result<String, String> {
        self.make_room().or_else(|_| self.quicken_disk())
    }

    /// Ends it, turns over a bit of its log, and starts it again: it will not vouch for that.
    ///
    /// # Errors
    /// When it does not end or start, or there is no log.
    pub async fn damage_log(&self) -> Result<String, String> {
        self.hold_down().await?;
        let damaged = damage::flip_a_bit(&self.place).map_err(|fault| fault.to_string());
        let started = self.start().await;
        let log = damaged?;
        started?;
        Ok(format!("a bit of {log} is turned over"))
    }

    /// Ends it where it runs, has all that it has set aside, and starts it: it takes everything
    /// from the leader.
    ///
    /// # Errors
    /// When it does not end or start, or the server refuses.
    pub async fn start_anew(&self) -> Result<String, String> {
        self.hold_down().await?;
        damage::order_resync(&self.place).await?;
        self.start().await
    }

    /// Ends it in order, by force where it does not, and starts it again at once.
    ///
    /// # Errors
    /// When the demo ends, or no other process comes in time.
    pub async fn restart(&self) -> Result<String, String> {
        self.run(Order::Restart).await
    }

    /// Until another process than before runs: whoever asks next would be told of the old one.
    async fn run(&self, order: Order) -> Result<String, String> {
        let (starts, phase) = {
            let report = self.keeper.reports();
            let report = report.borrow();
            (report.starts, report.phase)
        };
        let order = match phase {
            Phase::Quarantined => Order::Release,
            _ => order,
        };
        self.keeper.ask(Command::Order(order)).await?;
        let report = self.until(|report| report.starts > starts).await?;
        let pid = report.pid.unwrap_or_default();
        Ok(format!("process {pid} started"))
    }

    fn process(&self) -> Result<u32, String> {
        let pid = self.keeper.reports().borrow().pid;
        pid.ok_or_else(|| "its process does not run".to_owned())
    }

    async fn until(&self, is_so: impl FnMut(&Report) -> bool) -> Result<Report, String> {
        let mut reports = self.keeper.reports();
        let told = timeout(OBEYED_WITHIN, reports.wait_for(is_so)).await;
        let told = told.map_err(|_| "its supervisor does not get it done".to_owned())?;
        told.map(|report| report.clone())
            .map_err(|_| "the demo has ended".to_owned())
    }
}
