//! An answer that is a file.

use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder};
use paperclip::actix::OperationModifier;
use paperclip::v2::models::DefaultOperationRaw;
use paperclip::v2::schema::Apiv2Schema;
use serde_json::json;

use super::operation;

const OCTET_STREAM: &str = "application/octet-stream";

/// Bytes for another program, to be kept under a name.
#[derive(Debug)]
pub struct Download {
    /// What the file is called.
    pub name: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Responder for Download {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, OCTET_STREAM))
            .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", self.name)))
            .body(self.bytes)
    }
}

impl Apiv2Schema for Download {}

impl OperationModifier for Download {
    fn update_response(op: &mut DefaultOperationRaw) {
        let file = json!({ "description": "A file", "content": { OCTET_STREAM: {} } });
        operation::response(op, 200, file);
    }
}
