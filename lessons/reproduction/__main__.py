"""Compute what is missing in the table, item by item, and write the page."""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

from . import parts, table


def arguments():
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make reproduce", description=__doc__)
    names = list(parts())
    parser.add_argument("part", nargs="*", help=f"all of them if none is given: {', '.join(names)}")
    parser.add_argument("--item", action="append", help="only this item; may be given repeatedly")
    parser.add_argument("--redo", action="store_true", help="compute again what is there already")
    parser.add_argument("--jobs", type=int, default=2, help="items computed at a time (2)")
    given = parser.parse_args()
    if unknown := set(given.part) - set(names):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    return given


def wanted(given, rows):
    """Return (part, item) of all that is to be computed."""
    tasks = [
        (name, item)
        for name, part in parts().items()
        for item in part.items
        if name in (given.part or parts()) and item in (given.item or [item])
    ]
    done = {
        task for task in tasks for row in rows if row.part == task[0] and row.belongs_to(task[1])
    }
    return [task for task in tasks if given.redo or task not in done]


def compute(name, item):
    """Run one item of a part; this happens in a process of its own."""
    return parts()[name].run(item)


def keep(rows, name, item, found):
    """Return the table with the rows of an item replaced, and save it."""
    rest = [row for row in rows if row.part != name or not row.belongs_to(item)]
    table.write(rest + found)
    return table.read()


def draw_and_write(names):
    """Draw the plots of these parts, and write the page."""
    rows = table.read()
    for name, part in parts().items():
        own = [row for row in rows if row.part == name]
        if name in names and own:
            part.figure(own, table.plot_path(name))
    table.PAGE.write_text(table.page(rows), encoding="utf-8")


def main():
    """Compute, and say how far it is; what is finished is in the table, whatever happens."""
    given, rows, begin = arguments(), table.read(), time.perf_counter()
    tasks, failed = wanted(given, rows), []
    print(f"{len(tasks)} items to compute; finished ones are in {table.TABLE.name}", flush=True)
    with ProcessPoolExecutor(given.jobs) as pool:
        running = {pool.submit(compute, *task): task for task in tasks}
        try:
            for count, future in enumerate(as_completed(running), 1):
                name, item = running[future]
                minutes = (time.perf_counter() - begin) / 60
                head = f"[{count} of {len(tasks)}, {minutes:4.1f} min] {name}: {item}"
                if (error := future.exception()) is not None:
                    failed.append(item)
                    print(f"{head} FAILED: {error!r}", flush=True)
                    continue
                found = future.result()
                rows = keep(rows, name, item, found)
                print(f"{head}  ours {table.as_cell(found[-1].ours)}", flush=True)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            failed.append("the rest, which was interrupted")
    draw_and_write({name for name, _ in tasks} or set(given.part))
    print(f"the table is {table.TABLE}, the page {table.PAGE}")
    return f"not computed: {', '.join(failed)}" if failed else 0


if __name__ == "__main__":
    sys.exit(main())
