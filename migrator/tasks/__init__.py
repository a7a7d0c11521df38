"""Commands: one Invoke collection per file, each task a few lines."""

from __future__ import annotations

from invoke.collection import Collection

from migrator.tasks import (
    approve,
    backups,
    clones,
    conflicts,
    decide,
    doctor,
    drills,
    drills_held,
    fleets,
    inventory,
    journal,
    maps,
    masks,
    playbooks,
    records,
    restores,
    runs,
    stages,
    steps,
    switches,
    syncs,
    workers,
)


def _collection(name: str, **tasks: object) -> Collection:
    collection = Collection(name)
    for task_name, task in tasks.items():
        collection.add_task(task, name=task_name.rstrip("_"))  # type: ignore[arg-type]
    return collection


namespace = _collection(
    "migrator", assess=stages.assess, plan=stages.plan, rehearse=stages.rehearse, upgrade=stages.upgrade,
    rollback=runs.rollback, resume=runs.resume, status=runs.status, report=runs.report, doctor=doctor.doctor,
    worker=workers.worker, tick=workers.tick)
namespace.add_collection(_collection("approve", request=approve.request, sign=approve.sign, list=approve.list_))
namespace.add_collection(_collection("backup", export=backups.export, list=backups.list_, prune=backups.prune,
                                     restore=restores.restore, take=backups.take, verify=backups.verify))
namespace.add_collection(_collection("run", stage=stages.run, list=runs.list_, log=runs.log, unlock=runs.unlock,
                                      prune=journal.prune,
                                      decide=decide.decide))
namespace.add_collection(_collection("drill", beat=drills.beat, give_back=drills.give_back, list=drills_held.list_,
                                     report=drills_held.report, restore=drills.restore))
namespace.add_collection(_collection("fleet", start=fleets.start, status=fleets.status, stop=fleets.stop,
                                     go_on=fleets.go_on))
namespace.add_collection(_collection("audit", verify=runs.verify))
namespace.add_collection(_collection("journal", migrate=journal.migrate))
namespace.add_collection(_collection("map", apply=maps.apply, census=maps.census, schema=maps.schema,
                                     suggest=maps.suggest, verify=maps.verify))
namespace.add_collection(_collection("mask", check=masks.check, suggest=masks.suggest))
namespace.add_collection(_collection("sync", apply=syncs.apply, back=switches.back, conflicts=conflicts.conflicts,
                                     finish=switches.finish, forward=switches.forward, start=syncs.start,
                                     status=syncs.status, stop=syncs.stop, switch=switches.switch, touch=syncs.touch,
                                     undo=switches.undo, wait=syncs.wait))
namespace.add_collection(_collection("clone", check=clones.check, make=clones.make, parity=clones.parity,
                                     remove=clones.remove, tried=clones.tried))
namespace.add_collection(_collection("playbook", check=playbooks.check, new=playbooks.new, schema=playbooks.schema,
                                     path=playbooks.path))
namespace.add_collection(_collection("inventory", check=inventory.check, trust=inventory.trust))
namespace.add_collection(_collection("records", check=records.check, export=records.export))
namespace.add_collection(_collection("step", list=steps.list_, show=steps.show))
