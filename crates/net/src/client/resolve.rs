//! Names become addresses here, and only allowed ones come out.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::{Reach, Refusal};

/// The system's resolver behind a [`Reach`].
pub(super) struct Checked(pub(super) Reach);

/// What the resolver says where every address is refused; found again in the error's chain.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct AllRefused(pub(super) Refusal);

/// What the resolver says where there is no such name.
#[derive(Debug, thiserror::Error)]
#[error("there is no such host")]
pub(super) struct NoSuchHost;

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0))
                .await
                .map_err(|_| NoSuchHost)?
                .collect();
            let mut refusal = None;
            let allowed: Vec<_> = found
                .into_iter()
                .filter(|address| match reach.check_address(address.ip()) {
                    Ok(()) => true,
                    Err(why) => {
                        refusal = Some(why);
                        false
                    }
                })
                .collect();
            match (allowed.is_empty(), refusal) {
                (true, Some(refusal)) => Err(AllRefused(refusal).into()),
                (true, None) => Err(NoSuchHost.into()),
                (false, _) => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}
