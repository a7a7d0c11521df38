-- Takes back before-7.4.sql, row by row as it was; only while the upgrade to 7.4 has not run (after it: restore).
UPDATE "ir_ui_view" SET "model" = ''
 WHERE "id" IN (SELECT "id" FROM "migrator_before_7_4" WHERE "emptied" = 'ir_ui_view.model');
UPDATE "ir_action_act_window" SET "res_model" = ''
 WHERE "id" IN (SELECT "id" FROM "migrator_before_7_4" WHERE "emptied" = 'ir_action_act_window.res_model');
UPDATE "ir_action_wizard" SET "model" = ''
 WHERE "id" IN (SELECT "id" FROM "migrator_before_7_4" WHERE "emptied" = 'ir_action_wizard.model');
UPDATE "ir_action_report" SET "model" = ''
 WHERE "id" IN (SELECT "id" FROM "migrator_before_7_4" WHERE "emptied" = 'ir_action_report.model');
UPDATE "ir_action_report" SET "module" = ''
 WHERE "id" IN (SELECT "id" FROM "migrator_before_7_4" WHERE "emptied" = 'ir_action_report.module');
UPDATE "ir_translation" SET "module" = ''
 WHERE "id" IN (SELECT "id" FROM "migrator_before_7_4" WHERE "emptied" = 'ir_translation.module');
UPDATE "ir_ui_view" SET "module" = ''
 WHERE "id" IN (SELECT "id" FROM "migrator_before_7_4" WHERE "emptied" = 'ir_ui_view.module');
DROP TABLE "migrator_before_7_4";
