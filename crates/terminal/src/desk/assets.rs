//! Style and script, inside the program.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

const CSS: &str = include_str!("../../assets/desk.css");
const JS: &str = include_str!("../../assets/desk.js");
const SCAN_JS: &str = include_str!("../../assets/scan.js");
const CLAIMS_JS: &str = include_str!("../../assets/claims.js");
const RECORDS_JS: &str = include_str!("../../assets/records.js");

/// An hour: long enough for a day of clicks, short enough after an update.
const KEEP: &str = "max-age=3600";

/// `GET /assets/desk.css`
pub(super) async fn css() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, KEEP)], CSS).into_response()
}

/// `GET /assets/desk.js`
pub(super) async fn js() -> Response {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, KEEP)], JS).into_response()
}

/// `GET /assets/scan.js`
pub(super) async fn scan_js() -> Response {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, KEEP)], SCAN_JS).into_response()
}

/// `GET /assets/records.js`
pub(super) async fn records_js() -> Response {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, KEEP)], RECORDS_JS).into_response()
}

/// `GET /assets/claims.js`
pub(super) async fn claims_js() -> Response {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, KEEP)], CLAIMS_JS).into_response()
}
