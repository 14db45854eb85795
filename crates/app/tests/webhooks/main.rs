//! Webhooks and forms through real sockets: which requests start a run, what the run gets, what the
//! caller gets.

mod answers;
mod doors;
mod forms;
mod pages;
mod requests;
mod routes;
mod support;
