//! The built-in nodes, one file each: what a node is called and asks for, and what it does.
//!
//! A node reaches out only through the handles of its context. Nothing here opens a socket or a
//! file, knows the async runtime, or decides what runs next.
#![deny(missing_docs)]

mod aggregate;
mod binary;
mod called_trigger;
mod code;
mod compare_datasets;
mod compression;
mod condition;
mod convert_to_file;
mod cron;
mod crypto;
mod data_table;
mod date_time;
mod debug_helper;
mod email_send;
mod error_trigger;
mod execute_command;
mod execution_data;
mod extract_from_file;
mod field_path;
mod filter;
mod form;
mod form_fields;
mod form_page;
mod form_trigger;
mod function;
mod fuzzy;
mod graphql;
mod html;
mod html_extract;
mod http_request;
mod ical;
mod if_node;
mod interval;
mod item_lists;
mod items;
mod js;
mod jwt;
mod limit;
mod loop_items;
mod manual_trigger;
mod markdown;
mod merge;
mod move_binary_data;
mod no_op;
mod page;
mod read_binary_file;
mod read_write_file;
mod remove_duplicates;
mod rename_keys;
mod respond_to_webhook;
mod rss_feed_read;
mod rss_feed_trigger;
mod run_workflow;
mod schedule_trigger;
mod set;
mod sheet;
mod sort;
mod split_out;
mod spreadsheet_file;
mod sqlite;
mod stop_and_error;
mod summarize;
mod switch;
mod template;
mod totp;
mod unpacked;
mod wait;
mod watch_folder;
mod webhook;
mod write_binary_file;
mod xml;

pub mod schedule;

use std::sync::Arc;

use reporunner_model::Catalog;
use reporunner_node::Node;

/// Every built-in node.
pub fn all() -> Vec<Arc<dyn Node>> {
    vec![
        Arc::new(manual_trigger::ManualTrigger),
        Arc::new(webhook::Webhook),
        Arc::new(form_trigger::FormTrigger),
        Arc::new(schedule_trigger::ScheduleTrigger),
        Arc::new(cron::Cron),
        Arc::new(interval::Interval),
        Arc::new(rss_feed_trigger::RssFeedTrigger),
        Arc::new(called_trigger::CalledTrigger),
        Arc::new(error_trigger::ErrorTrigger),
        Arc::new(run_workflow::RunWorkflow),
        Arc::new(wait::Wait),
        Arc::new(form_page::FormPage),
        Arc::new(watch_folder::WatchFolder),
        Arc::new(set::Set),
        Arc::new(if_node::If),
        Arc::new(code::Code),
        Arc::new(execute_command::ExecuteCommand),
        Arc::new(split_out::SplitOut),
        Arc::new(aggregate::Aggregate),
        Arc::new(sort::Sort),
        Arc::new(limit::Limit),
        Arc::new(filter::Filter),
        Arc::new(switch::Switch),
        Arc::new(merge::Merge),
        Arc::new(function::Function),
        Arc::new(function::FunctionItem),
        Arc::new(summarize::Summarize),
        Arc::new(debug_helper::DebugHelper),
        Arc::new(rename_keys::RenameKeys),
        Arc::new(remove_duplicates::RemoveDuplicates),
        Arc::new(loop_items::LoopItems),
        Arc::new(compare_datasets::CompareDatasets),
        Arc::new(item_lists::ItemLists),
        Arc::new(execution_data::ExecutionData),
        Arc::new(http_request::HttpRequest),
        Arc::new(graphql::GraphQl),
        Arc::new(rss_feed_read::RssFeedRead),
        Arc::new(email_send::EmailSend),
        Arc::new(respond_to_webhook::RespondToWebhook),
        Arc::new(read_write_file::ReadWriteFile),
        Arc::new(extract_from_file::ExtractFromFile),
        Arc::new(convert_to_file::ConvertToFile),
        Arc::new(sqlite::Sqlite),
        Arc::new(data_table::DataTable),
        Arc::new(date_time::DateTime),
        Arc::new(crypto::Crypto),
        Arc::new(jwt::Jwt),
        Arc::new(xml::Xml),
        Arc::new(compression::Compression),
        Arc::new(ical::ICal),
        Arc::new(spreadsheet_file::SpreadsheetFile),
        Arc::new(markdown::Markdown),
        Arc::new(move_binary_data::MoveBinaryData),
        Arc::new(read_binary_file::ReadBinaryFile),
        Arc::new(read_binary_file::ReadBinaryFiles),
        Arc::new(write_binary_file::WriteBinaryFile),
        Arc::new(html::Html),
        Arc::new(html_extract::HtmlExtract),
        Arc::new(totp::Totp),
        Arc::new(stop_and_error::StopAndError),
        Arc::new(no_op::NoOp),
    ]
}

/// The descriptions of every built-in node.
pub fn catalog() -> Catalog {
    Catalog::new(all().iter().map(|node| node.description()))
}
