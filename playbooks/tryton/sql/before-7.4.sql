-- Due on the way from 7.0 to 7.4: a reference that is not set is NULL from series 7.2 on, not an empty string.
-- The first six columns are the vendor's list. ir_ui_view.module is not on it, yet every screen that a site made
-- itself carries an empty string there, and the upgrade then stops with a violated foreign key.
-- Which rows are changed is kept in a table of ours, for the way back.
CREATE TABLE "migrator_before_7_4" ("emptied" text NOT NULL, "id" integer NOT NULL, PRIMARY KEY ("emptied", "id"));

INSERT INTO "migrator_before_7_4"
SELECT 'ir_ui_view.model', "id" FROM "ir_ui_view" WHERE "model" = ''
UNION ALL SELECT 'ir_action_act_window.res_model', "id" FROM "ir_action_act_window" WHERE "res_model" = ''
UNION ALL SELECT 'ir_action_wizard.model', "id" FROM "ir_action_wizard" WHERE "model" = ''
UNION ALL SELECT 'ir_action_report.model', "id" FROM "ir_action_report" WHERE "model" = ''
UNION ALL SELECT 'ir_action_report.module', "id" FROM "ir_action_report" WHERE "module" = ''
UNION ALL SELECT 'ir_translation.module', "id" FROM "ir_translation" WHERE "module" = ''
UNION ALL SELECT 'ir_ui_view.module', "id" FROM "ir_ui_view" WHERE "module" = '';

UPDATE "ir_ui_view" SET "model" = NULL WHERE "model" = '';
UPDATE "ir_action_act_window" SET "res_model" = NULL WHERE "res_model" = '';
UPDATE "ir_action_wizard" SET "model" = NULL WHERE "model" = '';
UPDATE "ir_action_report" SET "model" = NULL WHERE "model" = '';
UPDATE "ir_action_report" SET "module" = NULL WHERE "module" = '';
UPDATE "ir_translation" SET "module" = NULL WHERE "module" = '';
UPDATE "ir_ui_view" SET "module" = NULL WHERE "module" = '';
