BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE approval (
	id INTEGER NOT NULL, 
	"plan" VARCHAR(9) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	bindings VARCHAR(64) NOT NULL, 
	"group" VARCHAR(64) NOT NULL, 
	who VARCHAR(128) NOT NULL, 
	decision VARCHAR(8) NOT NULL, 
	reason TEXT, 
	at VARCHAR(32) NOT NULL, 
	expires VARCHAR(32), 
	signature TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO "approval" VALUES(1,'a8c5-a4c3','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','it','zhao','approve','fine','2026-11-21T11:17:17.367+00:00','2026-11-21T11:18:17.367+00:00',NULL);
CREATE TABLE attempt (
	id INTEGER NOT NULL, 
	run VARCHAR(32) NOT NULL, 
	step VARCHAR(128) NOT NULL, 
	target VARCHAR(64) NOT NULL, 
	direction VARCHAR(8) NOT NULL, 
	n INTEGER NOT NULL, 
	kind VARCHAR(64) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	executor VARCHAR(128) NOT NULL, 
	started VARCHAR(32) NOT NULL, 
	ended VARCHAR(32), 
	seconds FLOAT, 
	changes JSON, 
	outcome JSON, 
	findings JSON, 
	message TEXT, 
	undone BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (run, step, target, direction, n), 
	FOREIGN KEY(run) REFERENCES run (id)
);
INSERT INTO "attempt" VALUES(1,'1121-aaaa','copy','-','forward',1,'backup.take','d1','OK','station:1:ab','2026-11-21T11:17:17.389+00:00','2026-11-21T11:17:17.394+00:00',4.0,'[]','{"changed": true, "summary": "took it", "facts": {"set": "s1"}, "request": null, "by_hand": []}','[]','',0);
INSERT INTO "attempt" VALUES(2,'1121-bbbb','copy','-','forward',1,'backup.take','d1','OK','station:1:ab','2026-11-21T11:17:17.409+00:00','2026-11-21T11:17:17.411+00:00',4.0,'[]','{"changed": true, "summary": "took it", "facts": {"set": "s1"}, "request": null, "by_hand": []}','[]','',0);
CREATE TABLE audit (
	seq INTEGER NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	actor VARCHAR(128) NOT NULL, 
	run VARCHAR(32), 
	event VARCHAR(64) NOT NULL, 
	payload TEXT NOT NULL, 
	previous VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "audit" VALUES(1,'2026-11-21T11:17:17.369+00:00','zhao',NULL,'approval','{"decision": "approve", "group": "it", "plan": "a8c5-a4c3", "reason": "fine"}','0000000000000000000000000000000000000000000000000000000000000000','6593e3d6086c25079e33073f945051ecbe5716d655a289d9806cae18c44719a1');
INSERT INTO "audit" VALUES(2,'2026-11-21T11:17:17.376+00:00','li','1121-aaaa','run.created','{"bindings": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "digest": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "plan": "a8c5-a4c3"}','6593e3d6086c25079e33073f945051ecbe5716d655a289d9806cae18c44719a1','1e1c0ca111ca73e617d66036d05fefeeed3004311131ce37c7810e9e7eb5326d');
INSERT INTO "audit" VALUES(3,'2026-11-21T11:17:17.385+00:00','station:1:ab','1121-aaaa','run.running','{"executor": "station:1:ab"}','1e1c0ca111ca73e617d66036d05fefeeed3004311131ce37c7810e9e7eb5326d','d597f45ac40d6b3f60ac13698964a8fdff20fd482526197df7fa215558f25711');
INSERT INTO "audit" VALUES(4,'2026-11-21T11:17:17.392+00:00','station:1:ab','1121-aaaa','attempt.started','{"direction": "forward", "n": 1, "step": "copy", "target": "-"}','d597f45ac40d6b3f60ac13698964a8fdff20fd482526197df7fa215558f25711','5110ddcddc63a3a7c29871e9d28135e1e74cbbac1c120c18157e9a03079e57dd');
INSERT INTO "audit" VALUES(5,'2026-11-21T11:17:17.395+00:00','station:1:ab','1121-aaaa','attempt.ended','{"direction": "forward", "message": "", "n": 1, "state": "OK", "step": "copy", "target": "-"}','5110ddcddc63a3a7c29871e9d28135e1e74cbbac1c120c18157e9a03079e57dd','16d8571810de26c8074ca0666b464fda2d5ab969adbe6bba18a1d62a1ac39ce3');
INSERT INTO "audit" VALUES(6,'2026-11-21T11:17:17.398+00:00','station:1:ab','1121-aaaa','run.passed','{"exit_code": 0}','16d8571810de26c8074ca0666b464fda2d5ab969adbe6bba18a1d62a1ac39ce3','3b24f7e34e87a4eed11c1ac0014eabe18a9ad728e18fead49f2f8803dba1634e');
INSERT INTO "audit" VALUES(7,'2026-11-21T11:17:17.402+00:00','li','1121-bbbb','run.created','{"bindings": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "digest": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "plan": "a8c5-a4c3"}','3b24f7e34e87a4eed11c1ac0014eabe18a9ad728e18fead49f2f8803dba1634e','22636659ecec3251a5abab3ddca6d490b98a1dd5610abca7f9de40cbbbe8265e');
INSERT INTO "audit" VALUES(8,'2026-11-21T11:17:17.407+00:00','station:1:ab','1121-bbbb','run.running','{"executor": "station:1:ab"}','22636659ecec3251a5abab3ddca6d490b98a1dd5610abca7f9de40cbbbe8265e','45c25e7ca645452569669dda6dcb1ee6240f35d362aa9011f96686f68dacebe2');
INSERT INTO "audit" VALUES(9,'2026-11-21T11:17:17.409+00:00','station:1:ab','1121-bbbb','attempt.started','{"direction": "forward", "n": 1, "step": "copy", "target": "-"}','45c25e7ca645452569669dda6dcb1ee6240f35d362aa9011f96686f68dacebe2','9c1decc321aa82b3f121ca26158c8b60bfa4de8c4ef0d4f41b144e1679e420e1');
INSERT INTO "audit" VALUES(10,'2026-11-21T11:17:17.411+00:00','station:1:ab','1121-bbbb','attempt.ended','{"direction": "forward", "message": "", "n": 1, "state": "OK", "step": "copy", "target": "-"}','9c1decc321aa82b3f121ca26158c8b60bfa4de8c4ef0d4f41b144e1679e420e1','d30ef51e1c6764a2a83714681f1688d2797514abcfcdc44704e4cb15b842579c');
CREATE TABLE "before" (
	run VARCHAR(32) NOT NULL, 
	step VARCHAR(128) NOT NULL, 
	target VARCHAR(64) NOT NULL, 
	record JSON NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (run, step, target), 
	FOREIGN KEY(run) REFERENCES run (id)
);
INSERT INTO "before" VALUES('1121-aaaa','copy','-','{"was": "old"}','2026-11-21T11:17:17.389+00:00');
INSERT INTO "before" VALUES('1121-bbbb','copy','-','{"was": "old"}','2026-11-21T11:17:17.408+00:00');
CREATE TABLE evidence (
	id INTEGER NOT NULL, 
	run VARCHAR(32) NOT NULL, 
	step VARCHAR(128) NOT NULL, 
	target VARCHAR(64) NOT NULL, 
	name VARCHAR(128) NOT NULL, 
	value JSON NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(run) REFERENCES run (id)
);
CREATE TABLE lock (
	environment VARCHAR(64) NOT NULL, 
	run VARCHAR(32), 
	owner VARCHAR(128), 
	host VARCHAR(128), 
	pid INTEGER, 
	since VARCHAR(32), 
	fencing INTEGER NOT NULL, 
	PRIMARY KEY (environment)
);
INSERT INTO "lock" VALUES('live','1121-bbbb','station:1:ab','station',15711,'2026-11-21T11:17:17.404+00:00',2);
CREATE TABLE "plan" (
	id VARCHAR(9) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	bindings VARCHAR(64) NOT NULL, 
	stage VARCHAR(64) NOT NULL, 
	environment VARCHAR(64) NOT NULL, 
	content JSON NOT NULL, 
	created VARCHAR(32) NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "plan" VALUES('a8c5-a4c3','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','go-live','live','{"product": "toy", "title": "Toy", "playbook": "/pb", "stage": "go-live", "environment": "live", "environments": {"live": "live"}, "path": ["1", "2"], "steps": [{"id": "copy", "kind": "backup.take", "args": {"what": ["main"]}, "targets": ["-"], "hop": {"from": "1", "to": "2"}, "timeout": 9.0, "retries": 0, "way_back": "undo", "skippable": false, "point_of_no_return": false, "digest": "d1", "needs": [], "estimate": null, "way_back_estimate": null}], "digest": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bindings": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "on_failure": "rollback", "gate": {}, "people": {"approvers": {"it": ["zhao"]}}, "rules": {"approval_valid_for": "7d"}, "budget": {}, "content": {}}','2026-11-21T11:17:17.374+00:00');
CREATE TABLE run (
	id VARCHAR(32) NOT NULL, 
	"plan" VARCHAR(9) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	environment VARCHAR(64) NOT NULL, 
	stage VARCHAR(64) NOT NULL, 
	product VARCHAR(64) NOT NULL, 
	title TEXT NOT NULL, 
	folder TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	"order" JSON, 
	waiting_for TEXT, 
	message TEXT, 
	by_hand JSON, 
	exit_code INTEGER, 
	started_by VARCHAR(128) NOT NULL, 
	tool_version VARCHAR(32) NOT NULL, 
	executor VARCHAR(128), 
	created VARCHAR(32) NOT NULL, 
	started VARCHAR(32), 
	ended VARCHAR(32), 
	finalized VARCHAR(32), 
	PRIMARY KEY (id), 
	FOREIGN KEY("plan") REFERENCES "plan" (id)
);
INSERT INTO "run" VALUES('1121-aaaa','a8c5-a4c3','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','live','go-live','toy','Toy','/f/1121-aaaa','passed',NULL,NULL,NULL,NULL,0,'li','0.1.0','station:1:ab','2026-11-21T11:17:17.375+00:00','2026-11-21T11:17:17.383+00:00','2026-11-21T11:17:17.398+00:00',NULL);
INSERT INTO "run" VALUES('1121-bbbb','a8c5-a4c3','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','live','go-live','toy','Toy','/f/1121-bbbb','running',NULL,NULL,NULL,NULL,NULL,'li','0.1.0','station:1:ab','2026-11-21T11:17:17.402+00:00','2026-11-21T11:17:17.406+00:00',NULL,NULL);
CREATE INDEX ix_approval_plan ON approval ("plan");
CREATE INDEX ix_run_digest ON run (digest);
CREATE INDEX ix_run_environment ON run (environment);
CREATE INDEX ix_run_created ON run (created);
CREATE INDEX ix_attempt_digest ON attempt (digest);
CREATE INDEX ix_evidence_run ON evidence (run);
COMMIT;
