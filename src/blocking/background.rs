//! The thread that drives the connections, timers and tasks of all blocking clients.

use std::fmt;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::unconstrained;

use crate::http::pools::driven_by_another_thread;
use crate::model::Error;

/// The runtime of all blocking clients of the process. Its thread ends when the last of them is dropped.
pub(super) struct Background {
    runtime: Handle,
    /// The thread ends when this is dropped.
    _stop: oneshot::Sender<()>,
}

static RUNNING: Mutex<Weak<Background>> = Mutex::new(Weak::new());

impl Background {
    /// The running one. Starts it if there is none.
    pub(super) fn shared() -> Result<Arc<Self>, Error> {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(background) = running.upgrade() {
            return Ok(background);
        }
        let started = Arc::new(Self::start().map_err(Error::setup)?);
        *running = Arc::downgrade(&started);
        Ok(started)
    }

    fn start() -> io::Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = mpsc::sync_channel(1);
        // The thread also makes the runtime, because dropping one panics inside another runtime.
        let run = move || {
            let mut runtime = Builder::new_current_thread();
            let runtime = runtime.enable_all().thread_name(THREAD_NAME).build();
            match runtime {
                Err(error) => drop(tell.send(Err(error))),
                Ok(runtime) => {
                    drop(tell.send(Ok(runtime.handle().clone())));
                    let _: Result<(), _> = runtime.block_on(stopped);
                    // A look-up of a name may still be under way, and nobody waits for it.
                    runtime.shutdown_background();
                }
            }
        };
        thread::Builder::new()
            .name(THREAD_NAME.to_owned())
            .spawn(run)?;
        let runtime = told.recv().map_err(io::Error::other)??;
        Ok(Self {
            runtime,
            _stop: stop,
        })
    }

    /// Polls the future on this thread until it is done. Its sockets, timers and tasks belong to the background's
    /// runtime. So this works inside any other runtime too, whose thread it blocks.
    ///
    /// If a task calls this, the task goes on only after this has returned. So nothing here may wait for the task's
    /// scheduler: `unconstrained` ignores the task's budget, and clippy.toml forbids `yield_now`.
    pub(super) fn wait_for<T>(&self, future: impl Future<Output = T>) -> T {
        let _entered = self.runtime.enter();
        let mut future = pin!(unconstrained(driven_by_another_thread(future)));
        let signal = Arc::new(Signal::default());
        let waker = Waker::from(Arc::clone(&signal));
        let mut context = Context::from_waker(&waker);
        loop {
            match future.as_mut().poll(&mut context) {
                Poll::Ready(output) => return output,
                Poll::Pending => signal.wait(),
            }
        }
    }

    /// Keeps the thread until the future is done.
    pub(super) fn keep_for(this: &Arc<Self>, future: impl Future<Output = ()> + Send + 'static) {
        let kept = Arc::clone(this);
        this.runtime.spawn(async move {
            future.await;
            drop(kept);
        });
    }

    /// Drops the value inside the background's runtime, so that the tasks that its `drop` spawns run there.
    pub(super) fn drop_inside<T>(&self, value: T) {
        // A thread that is ending may have destroyed the thread-local variable in which Tokio keeps the runtime.
        let is_ending = Handle::try_current().is_err_and(|no| no.is_thread_local_destroyed());
        let _entered = (!is_ending).then(|| self.runtime.enter());
        drop(value);
    }
}

impl fmt::Debug for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Background")
    }
}

const THREAD_NAME: &str = "unpost";

/// Wakes a thread. Parking a thread instead could take a wake-up that is meant for code around it.
#[derive(Default)]
struct Signal {
    is_given: Mutex<bool>,
    changed: Condvar,
}

impl Signal {
    /// Waits until the signal is given, and takes it back.
    fn wait(&self) {
        let is_given = self.is_given.lock().unwrap_or_else(PoisonError::into_inner);
        let given = self.changed.wait_while(is_given, |is_given| !*is_given);
        *given.unwrap_or_else(PoisonError::into_inner) = false;
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        *self.is_given.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_one();
    }
}
