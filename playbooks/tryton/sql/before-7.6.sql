-- The vendor's step before series 7.6, due on the way from 7.4 to 7.6.
-- The order matters: "name" must be free before "model" can take it.
ALTER TABLE "ir_model" RENAME COLUMN "name" TO "string";
ALTER TABLE "ir_model" RENAME COLUMN "model" TO "name";
ALTER TABLE "ir_model_field" RENAME COLUMN "field_description" TO "string";
