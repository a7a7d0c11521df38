-- Takes back before-7.6.sql; only while the upgrade to 7.6 has not run (after it: restore).
ALTER TABLE "ir_model_field" RENAME COLUMN "string" TO "field_description";
ALTER TABLE "ir_model" RENAME COLUMN "name" TO "model";
ALTER TABLE "ir_model" RENAME COLUMN "string" TO "name";
