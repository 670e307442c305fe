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
json_too_deep = The body has lists and objects more than { $limit } deep within one another
    .title = JSON too deep
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
invalid_refresh_token = The refresh token is not valid any more; log in again
    .title = Invalid refresh token
invalid_password_token = The link is not good any more; ask for another one
    .title = Invalid link
wrong_credentials = User name or password is wrong
    .title = Login failed
second_factor_required = The account asks for a code too: send the one that the authenticator app shows, or a recovery code, as code
    .title = Second factor required
wrong_code = The code is wrong or was used before
    .title = Wrong code
forbidden = You may not do this
    .title = Forbidden
insufficient_scope = This API key lacks the scope { $scope }
    .title = Insufficient scope
second_factor_missing = Your account needs a second factor: set one up with POST /api/auth/totp/ and confirm it
    .title = Second factor missing
csrf = Another site could have sent this; send it from a page of this service (Sec-Fetch-Site: same-origin, or Origin), with the csrf_token of GET /api/auth/session in the X-CSRF-Token header
    .title = Possibly forged request
not_found = There is nothing here
    .title = Not found
method_not_allowed = This address does not answer { $method }; it answers { $allowed }
    .title = Method not allowed
duplicate = Such a record exists already; choose other values
    .title = Duplicate
conflict = The request conflicts with the current data; reload and try again
    .title = Conflict
last_administrator = This is the last active administrator; name another one first
    .title = Last administrator
second_factor_exists = There is a second factor already; remove it first
    .title = Second factor exists
too_many_api_keys = An account may have { $limit } API keys that have not ended; revoke one that is not used any more
    .title = Too many API keys
invitation_accepted = This account has a password already; who forgot it can reset it
    .title = Invitation accepted
mail_not_configured = No mail can be sent: the service has no mail server
    .title = No mail server
in_use = Other records still refer to this one
    .title = In use
blocked_by_rules = Rules that must hold forbid this; data says which
    .title = Blocked by rules
consent_required = The people concerned must consent; say in consent_note how they did
    .title = Consent required
schedule_overlaps = The team has a schedule for some of these days
    .title = Schedules overlap
already_published = The schedule was published and stays on record
    .title = Already published
being_optimized = The optimiser works on this schedule; wait for it or cancel it
    .title = Being optimised
being_profiled = This instance is taking another profile; try again when it is done
    .title = Being profiled
optimization_ended = The run has ended and cannot be cancelled
    .title = Run has ended
nothing_to_apply = The run has no result that could be applied
    .title = Nothing to apply
proposal_outdated = The proposal names shifts or people that are gone since; run the optimiser again
    .title = Proposal outdated
stale = Somebody else has changed this since; fetch the latest version and try again
    .title = Stale version
precondition_required = Send the version that you have seen in the If-Match header
    .title = Precondition required
idempotency_in_flight = A request with this Idempotency-Key is still being worked on; try again later
    .title = Request in flight
idempotency_mismatch = This Idempotency-Key was used for a different request
    .title = Idempotency key reused
query_too_long = The query is longer than { $limit } bytes
    .title = Query too long
too_many_headers = The request has more than { $limit } header fields
    .title = Too many header fields
body_too_large = The body is larger than { $limit } bytes
    .title = Body too large
unsupported_media_type = The body must be { $expected }
    .title = Unsupported media type
too_many_requests = Too many requests; try again later
    .title = Too many requests
too_many_optimizations = { $limit } runs of the optimiser are waiting or running; try again later
    .title = Too many runs
too_many_attempts = Too many tries; the next one may come in { $seconds } s
    .title = Too many tries
request_timeout = The request took too long to arrive
    .title = Request timed out
internal = Something went wrong on our side; quote the request id to your administrator
    .title = Internal error
unavailable = The service is unavailable for the moment; try again later
    .title = Unavailable
sessions_unavailable = Browser sessions cannot be looked up for the moment; try again later, or use a bearer token
    .title = Sessions unavailable

## Failures: why a run of the optimiser did not end well
failure-workers_lost = Every worker that took the run fell silent; ask for another one, with less time or a shorter schedule
failure-not_searchable = The schedule cannot be searched: it spans too many days, or what it consists of is gone
failure-search_crashed = The search broke down; quote the run's id to your administrator

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
    }
fault-not_unique = must not repeat an item
fault-not_allowed = must be one of { $allowed }
fault-wrong_pattern = must match { $pattern }
fault-wrong_format = is not a valid { $format }
fault-repeated = is repeated
fault-end_before_start = must end after it starts
fault-unknown_time_zone = { $time_zone } is not a known IANA time zone
fault-unknown_reference = there is no { $kind } { $id }
fault-empty = must have at least one item
fault-below_one = must be at least 1, not { $actual }
fault-max_below_min = must not be below the minimum
fault-target_below_min = must not be below the minimum
fault-max_below_target = must not be below the target
fault-min_or_max_required = needs a minimum or a maximum
fault-both_or_neither = must be given together with { $other }, or neither
fault-break_not_shorter_than_shift = must be shorter than the shift: { $minutes } minutes are not
fault-shift_too_long = must not be longer than { $max }
fault-period_too_long = must not be longer than { $max }
fault-every_day = must not be every day of the week
fault-rule_binds_shifts = binds shifts and cannot be limited to people
fault-only_for_wishes = is only for wishes
fault-only_for_publications = is only for publications
fault-only_for_managers = is only for managers
fault-invalid_username = must not contain white space or @
fault-invalid_email = is not a valid e-mail address
fault-invalid_currency = is not a currency code (ISO 4217)
fault-wrong_code = is wrong or was used before
fault-common_password = is a password that many people have
fault-predictable_password = says too little that others do not know: names of the account or of this product
fault-wrong_password = is not the password
fault-nonexistent_local_time = is { $wall }, which does not exist in { $time_zone }: the clock skips it; the nearest times are { $before } and { $after }
fault-outside_period = must lie within the schedule: from { $first } until before { $end }
fault-demanded_twice = is demanded twice on the same day
fault-overlapping_contract = overlaps contract { $contract }
fault-taken = is already taken
fault-invalid = is not a valid value

## Violations of rules
violation-overlap = { $person } has two shifts at once: { $shift } and { $other_shift } overlap by { $actual } min ({ $first })
violation-rest_too_short = { $person } rests { $actual } min between { $shift } ({ $first }) and { $other_shift } ({ $last }); at least { $limit } min are required
violation-forbidden_succession = { $person } may not work { $other_shift } on { $last } after { $shift } on { $first }
violation-minutes_below_min = { $person } works { $actual } min from { $first } to { $last }; at least { $limit } min are required
violation-minutes_above_max = { $person } works { $actual } min from { $first } to { $last }; at most { $limit } min are allowed
violation-too_many_shifts_of_template = { $person } has { $actual } × { $shift } from { $first } to { $last }; at most { $limit } are allowed
violation-work_run_too_short = { $person } works { $actual } d in a row from { $first } to { $last }; at least { $limit } d are required
violation-work_run_too_long = { $person } works { $actual } d in a row from { $first } to { $last }; at most { $limit } d are allowed
violation-days_off_run_too_short = { $person } is off for { $actual } d in a row from { $first } to { $last }; at least { $limit } d are required
violation-too_many_weekends = { $person } works on { $actual } weekends from { $first } to { $last }; at most { $limit } are allowed
violation-work_on_day_off = { $person } has work ({ $shift }) on the day off { $first }
violation-skill_missing = { $person } lacks a skill that { $shift } on { $first } needs (skill { $skill })
violation-skill_not_valid = { $person } has a skill that { $shift } needs, but it is not valid on { $first } (skill { $skill })
violation-unavailable = { $person } is unavailable for { $actual } min of { $shift } on { $first }
violation-outside_availability = { $actual } min of { $shift } on { $first } are outside the time for which { $person } is available
violation-heads_below_min = { $shift } on { $first } has { $actual } people; at least { $limit } are required
violation-heads_above_max = { $shift } on { $first } has { $actual } people; at most { $limit } are allowed
violation-heads_below_target = { $shift } on { $first } has { $actual } people; { $limit } are wanted
violation-heads_above_target = { $shift } on { $first } has { $actual } people; only { $limit } are wanted
violation-wish_to_work_not_met = { $person } wishes to work on { $first } and does not (cost { $cost })
violation-wish_not_to_work_not_met = { $person } wishes not to work { $shift } on { $first } and does (cost { $cost })

## Mails: the text, and `.title`, the subject
mail-invitation =
    Hello { $name },

    an account in HR Scheduling was made for you. You sign in as { $username }.

    Choose a password:
    { $link }

    The link is good once, for { $days } days.
    .title = Your account in HR Scheduling
mail-password_reset =
    Hello { $name },

    somebody, probably you, asked for a new password for { $username }.

    Choose one:
    { $link }

    The link is good once, for { $minutes } minutes. If it was not you, do nothing: your password stays as it is.
    .title = Choose a new password
