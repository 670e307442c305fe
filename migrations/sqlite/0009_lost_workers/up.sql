-- Workers that fell silent with a run in hand, apart from those that put it back.

ALTER TABLE optimizations ADD COLUMN workers_lost INTEGER NOT NULL DEFAULT 0;
