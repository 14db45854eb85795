//! The ways out of the process and into it, each exactly once.
//!
//! The one HTTP client checks the address it connects to; the one accept loop limits what a
//! stranger can hold open; the one path join stays in its folder; the one link opener knows three
//! schemes. Nothing here knows a service or a workflow.
#![deny(missing_docs)]

mod address;
mod client;
mod link;
mod path;
mod pieces;
mod server;

pub use address::{Reach, Refusal};
pub use client::{Body, Client, Error, Part, PartContent, Request, Response, resolve};
pub use link::{LinkError, open_folder, open_link};
pub use path::{PathError, allowed, join};
pub use server::{
    BodyError, ListenOptions, RequestBody, Server, ServerRequest, ServerResponse, plain, streamed,
};
