//! Runs that are closed, killed, cancelled or cannot be stored, on a real store.

mod close;
mod commands;
mod mail;
mod places;
mod rest;
mod resume;
mod said;
mod stop;
mod support;
