//! `serve`: the interface for a browser on this machine.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use reporunner_app::{Host, Stay};
use reporunner_net::{ListenOptions, Server};
use reporunner_web::Gatekeeper;
use tokio::sync::watch;

use super::{Outcome, stop_signal};
use crate::arguments::Serve;
use crate::print;

pub(crate) async fn serve(folder: &Path, arguments: Serve) -> anyhow::Result<Outcome> {
    // Heard from the start, so that a process that is still opening its folder ends in order too.
    let stop = tokio::spawn(stop_signal());
    let answer = reporunner_app::connect(folder, Host::machine(), Stay::Long).await?;
    let server = Server::bind(arguments.port, ListenOptions::default())
        .await
        .with_context(|| format!("port {} on 127.0.0.1 is taken", arguments.port))?;
    let gatekeeper = Arc::new(Gatekeeper::new(server.port()));
    let link = gatekeeper.link()?;
    if arguments.json {
        print::line(serde_json::json!({ "link": link, "port": server.port() }));
    } else {
        print::line(format!("Open {link}"));
        print::line("The link works once. Triggers stay live until you press Ctrl+C.");
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
