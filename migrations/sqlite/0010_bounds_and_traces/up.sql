-- What a run's roster may be compared with, and what joins a run with the request that asked for it.

ALTER TABLE optimizations ADD COLUMN bound INTEGER;
ALTER TABLE optimizations ADD COLUMN request_id TEXT;
ALTER TABLE optimizations ADD COLUMN traceparent TEXT;
