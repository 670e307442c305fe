-- What a run's roster may be compared with, and what joins a run with the request that asked for it.

SET LOCAL lock_timeout = '5s';

ALTER TABLE optimizations ADD COLUMN bound bigint;
ALTER TABLE optimizations ADD COLUMN request_id text;
ALTER TABLE optimizations ADD COLUMN traceparent text;
