# What clients read in English. `zh.ftl` has the same messages with the same arguments; a test holds them equal.

## Successes
done = Done
created = Created
accepted = Accepted; the work goes on in the background
listed = Found

## Problems: the message, and `.title`, the name of the kind of problem
bad_request = The request cannot be understood
    .title = Bad request
invalid_json = The body is not valid JSON: line { $line }, column { $column }
    .title = Unreadable JSON
invalid_request = The request has { $count ->
        [one] one fault
       *[other] { $count } faults
    }; see errors for each
    .title = Invalid request
malformed_header = The header { $header } is malformed
    .title = Malformed header
not_authenticated = Log in first, or send a valid access token
    .title = Not authenticated
token_expired = The access token has expired; refresh it
    .title = Token expired
wrong_credentials = User name or password is wrong
    .title = Login failed
forbidden = You may not do this
    .title = Forbidden
not_found = There is nothing here
    .title = Not found
method_not_allowed = This address does not answer { $method }; it answers { $allowed }
    .title = Method not allowed
duplicate = Such a record exists already; choose other values
    .title = Duplicate
conflict = The request conflicts with the current data; reload and try again
    .title = Conflict
in_use = Other records still refer to this one
    .title = In use
rule_violation = A blocking rule forbids this; see violations
    .title = Rule violated
stale = Somebody else has changed this since; fetch the latest version and try again
    .title = Stale version
precondition_required = Send the version that you have seen in the If-Match header
    .title = Precondition required
idempotency_in_flight = A request with this Idempotency-Key is still being worked on; try again later
    .title = Request in flight
idempotency_mismatch = This Idempotency-Key was used for a different request
    .title = Idempotency key reused
body_too_large = The body is larger than { $limit } bytes
    .title = Body too large
unsupported_media_type = The body must be { $expected }
    .title = Unsupported media type
too_many_requests = Too many requests; try again later
    .title = Too many requests
request_timeout = The request took too long to arrive
    .title = Request timed out
internal = Something went wrong on our side; quote the request id to your administrator
    .title = Internal error
unavailable = The service is unavailable for the moment; try again later
    .title = Unavailable

## Faults: what is wrong with one field
fault-required = is required
fault-unknown_field = is not a known field
fault-wrong_type = must be of type { $expected }
fault-blank = must not be blank
fault-control_character = must not contain control characters
fault-too_short = must have at least { $min } { $min ->
        [one] character
       *[other] characters
    }, not { $actual }
fault-too_long = must have at most { $max } { $max ->
        [one] character
       *[other] characters
    }, not { $actual }
fault-out_of_range = must be from { $min } to { $max }, not { $actual }
fault-too_small = must be at least { $min }, not { $actual }
fault-too_large = must be at most { $max }, not { $actual }
fault-too_few = must have at least { $min } { $min ->
        [one] item
       *[other] items
    }, not { $actual }
fault-too_many = must have at most { $max } { $max ->
        [one] item
       *[other] items
    }, not { $actual }
fault-not_unique = must not repeat an item
fault-not_allowed = must be one of { $allowed }
fault-wrong_pattern = must match { $pattern }
fault-wrong_format = is not a valid { $format }
fault-repeated = must be given once
fault-end_before_start = must end after it starts
fault-nonexistent_local_time = is a local time that does not exist (skipped by daylight saving)
fault-unknown_time_zone = is not a known IANA time zone
fault-unknown_reference = refers to a record that does not exist
fault-taken = is already taken
fault-invalid = is not a valid value
