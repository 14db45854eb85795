//! Starts children from one thread that lives as long as the process.
//!
//! On Linux the wish of a child to die with its parent is bound to the thread that started it, so
//! a child must not be started from a thread of the runtime, which may end earlier.

use std::process::Stdio;
use std::sync::{LazyLock, mpsc};

use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::{Error, PoolConfig};

struct Order {
    command: Command,
    runtime: Handle,
    reply: oneshot::Sender<std::io::Result<Child>>,
}

static ORDERS: LazyLock<Option<mpsc::Sender<Order>>> = LazyLock::new(|| {
    let (sender, receiver) = mpsc::channel::<Order>();
    let started = std::thread::Builder::new().name("sandbox-spawner".to_owned()).spawn(move || {
        for mut order in receiver {
            let _runtime = order.runtime.enter();
            // A caller that went away drops the child, which kills it.
            let _ = order.reply.send(order.command.spawn());
        }
    });
    started.ok().map(|_| sender)
});

/// Starts one child: nothing of our environment, root as its folder, pipes for input and output, nothing
/// for errors.
pub(crate) async fn spawn(config: &PoolConfig) -> Result<Child, Error> {
    let mut command = Command::new(&config.program);
    command
        .args(&config.args)
        .env_clear()
        // The limit is on address space. The programs' allocator (mimalloc) takes a gigabyte of it
        // in advance unless it is told not to, more than a child may have.
        .env("MIMALLOC_ARENA_RESERVE", "0")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let failed = |cause: String| Error::Spawn { program: config.program.clone(), cause };
    let orders = ORDERS.as_ref().ok_or_else(|| failed("no thread to start it from".to_owned()))?;
    let (reply, answer) = oneshot::channel();
    orders
        .send(Order { command, runtime: Handle::current(), reply })
        .map_err(|_| failed("the thread that starts children ended".to_owned()))?;
    match answer.await {
        Ok(Ok(child)) => Ok(child),
        Ok(Err(error)) => Err(failed(error.to_string())),
        Err(_) => Err(failed("the thread that starts children ended".to_owned())),
    }
}
