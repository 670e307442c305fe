//! What a request may measure at the most before anybody looks at what it says.

use actix_web::HttpRequest;

use super::code::Code;
use super::problem::Problem;

/// The most bytes a query may have.
const QUERY_LIMIT: usize = 4 * 1024;
/// The most header fields a request may have.
const HEADERS_LIMIT: usize = 64;

/// Refuses what is out of bounds.
pub(super) fn check(request: &HttpRequest) -> Result<(), Problem> {
    if QUERY_LIMIT < request.query_string().len() {
        return Err(Problem::new(Code::QueryTooLong).arg("limit", QUERY_LIMIT));
    }
    if HEADERS_LIMIT < request.headers().len() {
        return Err(Problem::new(Code::TooManyHeaders).arg("limit", HEADERS_LIMIT));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn refusal(request: TestRequest) -> Option<Code> {
        check(&request.to_http_request()).err().map(|problem| problem.code())
    }

    #[test]
    fn queries_and_headers_are_bounded() {
        let query = |length: usize| TestRequest::get().uri(&format!("/?{}", "x".repeat(length)));
        assert_eq!(refusal(query(QUERY_LIMIT)), None);
        assert_eq!(refusal(query(QUERY_LIMIT + 1)), Some(Code::QueryTooLong));
        let headers = |count: usize| {
            (0..count).fold(TestRequest::get(), |request, number| request.insert_header((format!("x-{number}"), "1")))
        };
        assert_eq!(refusal(headers(HEADERS_LIMIT)), None);
        assert_eq!(refusal(headers(HEADERS_LIMIT + 1)), Some(Code::TooManyHeaders));
    }
}
