//! Names become addresses here, and only allowed ones come out.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Error;
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
            let (allowed, refusal) = allowed(&reach, name.as_str(), 0).await?;
            match (allowed.is_empty(), refusal) {
                (true, Some(refusal)) => Err(AllRefused(refusal).into()),
                (true, None) => Err(NoSuchHost.into()),
                (false, _) => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

/// The addresses of a name that may be connected to, and why others may not.
async fn allowed(
    reach: &Reach,
    host: &str,
    port: u16,
) -> Result<(Vec<SocketAddr>, Option<Refusal>), NoSuchHost> {
    let found = tokio::net::lookup_host((host, port)).await.map_err(|_| NoSuchHost)?;
    let mut refusal = None;
    let allowed = found.filter(|address| match reach.check_address(address.ip()) {
        Ok(()) => true,
        Err(why) => {
            refusal = Some(why);
            false
        }
    });
    Ok((allowed.collect(), refusal))
}

/// The addresses of `host` that may be connected to, for drivers that dial themselves: they get an
/// address, not a name that could mean another one the next time.
///
/// # Errors
/// Where there is no such host, or it may not be reached.
pub async fn resolve(reach: &Reach, host: &str, port: u16) -> Result<Vec<SocketAddr>, Error> {
    let bare = host.trim().trim_start_matches('[').trim_end_matches(']');
    let refused = |refusal| Error::Refused { host: bare.to_owned(), refusal };
    reach.check_host(bare).map_err(refused)?;
    let found = allowed(reach, bare, port).await;
    match found.map_err(|NoSuchHost| Error::NoSuchHost(bare.to_owned()))? {
        (allowed, Some(refusal)) if allowed.is_empty() => Err(refused(refusal)),
        (allowed, None) if allowed.is_empty() => Err(Error::NoSuchHost(bare.to_owned())),
        (allowed, _) => Ok(allowed),
    }
}
