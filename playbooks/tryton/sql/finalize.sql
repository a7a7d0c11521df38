-- The way back by before-7.4.undo.sql is closed: what was kept for it goes.
DROP TABLE IF EXISTS "migrator_before_7_4";
