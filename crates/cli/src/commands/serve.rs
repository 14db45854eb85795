//! `serve`: the interface for a browser on this machine.

use std::path::Path;
use std::sync::Arc;

use reporunner_app::{Host, Stay, ask};
use reporunner_net::{ListenOptions, Server};
use reporunner_protocol::{Code, Failure, Hello};
use reporunner_web::Gatekeeper;
use tokio::sync::watch;

use super::{Outcome, stop_signal, tell_notices};
use crate::arguments::Serve;
use crate::print;

pub(crate) async fn serve(folder: &Path, arguments: Serve) -> anyhow::Result<Outcome> {
    // Heard from the start, so that a process that is still opening its folder ends in order too.
    let stop = tokio::spawn(stop_signal());
    let answer = reporunner_app::connect(folder, Host::machine(), Stay::Long).await?;
    tell_notices(&*answer).await?;
    let owner = answer.owner();
    let welcome = ask(&*answer, Hello {}).await?;
    let reads_only = welcome.read_only.is_some();
    let server = Server::bind(arguments.port, ListenOptions::default())
        .await
        .map_err(|error| taken(arguments.port, owner, &error))?;
    let gatekeeper = Arc::new(Gatekeeper::new(server.port()));
    let link = gatekeeper.link()?;
    if arguments.json {
        print::line(serde_json::json!({ "link": link, "port": server.port(), "owner": owner,
            "webhooks": welcome.webhook_base, "webhookPortTaken": welcome.webhook_port_taken }));
    } else {
        print::line(format!("Open {link}"));
        match owner {
            None if reads_only => print::line(
                "The link works once. Nothing can be changed or started: the data folder is only \
                 read.",
            ),
            None => print::line("The link works once. Triggers stay live until you press Ctrl+C."),
            Some(owner) => {
                print::line(format!(
                    "The link works once. Process {owner} has this data folder open and runs its \
                     triggers;"
                ));
                print::line("this one shows the same folder through it, for as long as it runs.");
            }
        }
        if let Some(taken) = &welcome.webhook_port_taken {
            let base = welcome.webhook_base.as_deref().unwrap_or("no port at all");
            print::line(format!("Webhooks listen at {base} this time. {}", taken.why));
        }
    }
    let router = reporunner_web::router(Arc::clone(&answer), gatekeeper);
    let (tell, mut told) = watch::channel(false);
    let end = async {
        // It ends early only where the runtime does.
        let _ = stop.await;
        tell.send_replace(true);
        answer.close().await;
    };
    let served = server.serve(router, async move {
        let _ = told.wait_for(|stop| *stop).await;
    });
    tokio::join!(served, end);
    Ok(Outcome::Done)
}

/// Why there is no page: most likely the owner of the folder serves it at that port.
fn taken(port: u16, owner: Option<u32>, error: &dyn std::fmt::Display) -> Failure {
    let failure =
        Failure::new(Code::Invalid, format!("port {port} on 127.0.0.1 cannot be had: {error}"));
    match owner {
        Some(owner) => failure.hint(format!(
            "Process {owner} has this data folder open and may serve it there. For a page through \
             it give another port: --port 0 takes a free one."
        )),
        None => failure.hint("Give another one: --port 0 takes a free one."),
    }
}
