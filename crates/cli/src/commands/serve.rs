//! `serve`: the interface for a browser on this machine.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use reporunner_app::{Host, Stay};
use reporunner_net::{ListenOptions, Server};
use reporunner_web::Gatekeeper;

use super::{Outcome, stop_signal};
use crate::arguments::Serve;
use crate::print;

pub(crate) async fn serve(folder: &Path, arguments: Serve) -> anyhow::Result<Outcome> {
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
    let router = reporunner_web::router(answer, gatekeeper);
    server.serve(router, stop_signal()).await;
    Ok(Outcome::Done)
}
