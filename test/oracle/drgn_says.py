# What drgn says of a dump: python3 drgn_says.py DUMP VMLINUX EXPRESSIONS, the last a JSON array of Python expressions.
# Prints {"values": [...], "caches": {name: [objects, objects' size]}}. Written for drgn 0.0.22 (Debian 12).
import json
import sys

import drgn
from drgn import cast, container_of, Object
from drgn.helpers.linux.list import list_for_each_entry
from drgn.helpers.linux.percpu import per_cpu, per_cpu_ptr
from drgn.helpers.linux.slab import for_each_slab_cache, slab_cache_for_each_allocated_object

prog = drgn.Program()
prog.set_core_dump(sys.argv[1])
prog.load_debug_info([sys.argv[2]])
names = {name: globals()[name] for name in ("prog", "cast", "container_of", "Object", "per_cpu", "per_cpu_ptr", "drgn")}


def plain(value):
    """An object as a number or a text, as both tools can say it."""
    kind = drgn.TypeKind
    type_ = value.type_
    while type_.kind == kind.TYPEDEF:
        type_ = type_.type
    if type_.kind == kind.ARRAY:
        return value.string_().decode()
    if type_.kind == kind.POINTER and "char *" in type_.type_name():
        return value.string_().decode()
    if type_.kind == kind.POINTER:
        return hex(value.value_())
    return str(int(value.value_()))


def value_of(expression):
    value = eval(expression, names)
    return value if isinstance(value, str) else plain(value)


values = [value_of(expression) for expression in json.loads(sys.argv[3])]
caches = {}
for cache in for_each_slab_cache(prog):
    name = cache.name.string_().decode()
    try:
        caches[name] = [sum(1 for _ in slab_cache_for_each_allocated_object(cache, "void")), cache.object_size.value_()]
    except Exception as error:  # what drgn can't walk, in its words
        caches[name] = str(error)
json.dump({"values": values, "caches": caches}, sys.stdout)
