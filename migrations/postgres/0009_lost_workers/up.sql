-- Workers that fell silent with a run in hand, apart from those that put it back.

SET LOCAL lock_timeout = '5s';

ALTER TABLE optimizations ADD COLUMN workers_lost integer NOT NULL DEFAULT 0;
