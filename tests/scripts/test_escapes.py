"""Attempts to reach anything but ``ims`` from a script. The type checker, which refuses most of them before they run,
is left out: what is tried here is the sandbox itself, and what drives it."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from shlex import quote
from typing import Any

import pytest
from pydantic_monty._binary import find_monty_binary

from ims_mcp.workflows.scripts.driving import Ended, Printed, SandboxedScript
from ims_mcp.workflows.scripts.sandbox import Sandbox

pytestmark = pytest.mark.anyio
CANARY = "canary-5f1d8e"
STUBS = "async def get_media_info(*, MediaId: str = ...) -> dict[str, object]: ...\n"

# Each ends with what it got hold of. SECRET is a file that holds the canary, PLACE a folder, PORT a listening socket.
ATTEMPTS = {
    # files
    "open": "open('SECRET').read()",
    "open by bytes": "open(b'SECRET').read()",
    "open by a parent": "open('/tmp/../SECRET').read()",
    "open by descriptor": "open(0).read()",
    "write": "open('PLACE/written', 'w').write('x')",
    "append": "open('PLACE/written', 'a').write('x')",
    "path": "from pathlib import Path\nPath('SECRET').read_text()",
    "path bytes": "from pathlib import Path\nPath('SECRET').read_bytes()",
    "path write": "from pathlib import Path\nPath('PLACE/written').write_text('x')",
    "path list": "from pathlib import Path\n[str(each) for each in Path('PLACE').iterdir()]",
    "path glob": "from pathlib import Path\n[str(each) for each in Path('/').glob('**/secret')]",
    "path home": "from pathlib import Path\nstr(Path.home())",
    "path rename": "from pathlib import Path\nPath('SECRET').rename('PLACE/written')",
    "path unlink": "from pathlib import Path\nPath('SECRET').unlink()",
    "path mkdir": "from pathlib import Path\nPath('PLACE/written').mkdir()",
    "path symlink": "from pathlib import Path\nPath('PLACE/written').symlink_to('SECRET')",
    "proc": "open('/proc/self/environ').read()",
    "proc of the parent": "open('/proc/1/environ').read()",
    "fileinput": "import fileinput\n[*fileinput.input('SECRET')]",
    "io": "import io\nio.open('SECRET').read()",
    "shutil": "import shutil\nshutil.copy('SECRET', 'PLACE/written')",
    "tempfile": "import tempfile\ntempfile.mkdtemp()",
    # the system
    "environ": "import os\nos.environ['CANARY']",
    "environ whole": "import os\nstr(dict(os.environ))",
    "getenv": "import os\nos.getenv('CANARY')",
    "listdir": "import os\nos.listdir('PLACE')",
    "scandir": "import os\n[each.name for each in os.scandir('PLACE')]",
    "system": "import os\nos.system('touch PLACE/written')",
    "popen": "import os\nos.popen('cat SECRET').read()",
    "fork": "import os\nos.fork()",
    "kill": "import os\nos.kill(os.getppid(), 9)",
    "remove": "import os\nos.remove('SECRET')",
    "getcwd": "import os\nos.listdir(os.getcwd())",
    "subprocess": "import subprocess\nsubprocess.check_output(['cat', 'SECRET'])",
    "ctypes": "import ctypes\nctypes.CDLL(None).getenv(b'CANARY')",
    "signal": "import signal\nsignal.raise_signal(9)",
    "multiprocessing": "import multiprocessing\nmultiprocessing.Process(target=print).start()",
    "threading": "import threading\nthreading.Thread(target=print).start()",
    "pty": "import pty\npty.spawn('sh')",
    "sys modules": "import sys\nstr(sys.modules)",
    "sys path": "import sys\nsys.path.insert(0, 'PLACE')\nimport trap",
    # the network
    "socket": "import socket\nsocket.create_connection(('127.0.0.1', PORT))",
    "urllib": "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:PORT').read()",
    "http": "import http.client\nhttp.client.HTTPConnection('127.0.0.1', PORT).request('GET', '/')",
    "asyncio connection": "import asyncio\nawait asyncio.open_connection('127.0.0.1', PORT)",
    "asyncio process": "import asyncio\nawait asyncio.create_subprocess_shell('touch PLACE/written')",
    "httpx2": "import httpx2\nhttpx2.get('http://127.0.0.1:PORT')",
    # imports
    "import ours": "import ims_mcp\nstr(ims_mcp)",
    "import the sandbox": "import pydantic_monty\nstr(pydantic_monty)",
    "__import__": "__import__('os').system('touch PLACE/written')",
    "importlib": "import importlib\nimportlib.import_module('subprocess')",
    "builtins": "import builtins\nbuiltins.open('SECRET').read()",
    "__builtins__": "__builtins__['open']('SECRET').read()",
    "eval": "eval(\"open('SECRET').read()\")",
    "exec": "exec(\"import subprocess\\nsubprocess.run(['touch', 'PLACE/written'])\")",
    "compile": "exec(compile(\"open('PLACE/written', 'w')\", 'x', 'exec'))",
    "pickle": "import pickle\npickle.loads(b\"cos\\nsystem\\n(S'touch PLACE/written'\\ntR.\")",
    "submodule": "import ims.os\nims.os.system('touch PLACE/written')",
    "from ims": "from ims import os\nos.system('touch PLACE/written')",
    "from ims private": "from ims import __loader__\nstr(__loader__)",
    # objects
    "subclasses": "().__class__.__base__.__subclasses__()",
    "mro": "str.mro()[-1].__subclasses__()",
    "type": "type('X', (), {})().__class__.__mro__[1].__subclasses__()",
    "function globals": "(lambda: 1).__globals__",
    "function code": "(lambda: 1).__code__",
    "frame": "try:\n  1 / 0\nexcept ZeroDivisionError as e:\n  frame = e.__traceback__.tb_frame\nframe.f_globals",
    "generator frame": "(each for each in []).gi_frame.f_back.f_globals",
    "coroutine frame": "import ims\nims.get_media_info(MediaId='a').cr_frame.f_globals",
    "format": "'{0.__class__.__init__.__globals__}'.format(print)",
    "format of ours": "import ims\n'{0.get_media_info.__globals__}'.format(ims)",
    "globals": "str(globals())",
    "vars": "import ims\nstr(vars(ims))",
    "dir": "import ims\nstr(dir(ims))",
    "ims dict": "import ims\nims.__dict__",
    "ims loader": "import ims\nims.__loader__",
    "host function globals": "import ims\nims.get_media_info.__globals__",
    "host function self": "import ims\nims.get_media_info.__self__",
    "host function wrapped": "import ims\nims.get_media_info.__wrapped__",
    "host function closure": "import ims\nims.get_media_info.__closure__",
    "host function code": "import ims\nims.get_media_info.__code__",
    "ims by a title": "import ims\ngetattr(ims, '__class__')",
    "ims by an unused name": "import ims\nawait getattr(ims, 'delete_media_infos')(MediaIds='a')",
    "ims set": "import ims\nims.get_media_info = print",
    "answer's class": "import ims\n(await ims.get_media_info(MediaId='a')).__class__.__mro__",
    "error's cause": "import ims\ntry:\n  await ims.get_media_info(1)\nexcept Exception as e:\n  e.__cause__",
    "a function as an argument": "import ims\nawait ims.get_media_info(MediaId=print)",
    "a module as an argument": "import ims\nawait ims.get_media_info(MediaId=ims)",
    "monkey patching": "import json\njson.dumps = open\njson.dumps('SECRET').read()",
    "input": "input('password: ')",
    "breakpoint": "breakpoint()",
    "exit": "exit()",
    "system exit": "raise SystemExit(3)",
    "keyboard interrupt": "raise KeyboardInterrupt",
    "name that is bound elsewhere": "system.async_sleep(1)",
    # what looks like a part of the library
    "path exists": "import os\nassert not os.path.exists('SECRET')",
    "path real": "import os\nos.path.realpath('PLACE')",
    "path expanded": "import os\nos.path.expanduser('~/x')",
    "path variables": "import os\nos.path.expandvars('$CANARY')",
    "path's module": "import os\nos.path.os.listdir('PLACE')",
    "path size": "import os\nos.path.getsize('SECRET')",
    "a module of a module": "import random\nrandom._os.listdir('PLACE')",
    "collections' sys": "import collections\ncollections._sys.modules",
    "json's codecs": "import json\njson.codecs.open('SECRET').read()",
    "hash of a file": "import hashlib\nhashlib.file_digest(open('SECRET', 'rb'), 'md5').hexdigest()",
    "csv of a file": "import csv\nlist(csv.reader(open('SECRET')))",
    "partial of eval": "import functools\nfunctools.partial(eval, \"open('SECRET').read()\")()",
    "wrapper's function": "import functools\nfunctools.wraps(print)(len).__wrapped__.__globals__",
    "frames of sys": "import sys\nsys._getframe(0).f_back.f_globals",
    "arguments of sys": "import sys\nstr(sys.argv)",
    "exception of sys": "import sys\nsys.exc_info()[2].tb_frame",
    "stdin": "import sys\nsys.stdin.read()",
    # objects once more
    "format map": "'{x.__class__.__mro__}'.format_map({'x': print})",
    "f-string": "f'{print.__self__.open}'",
    "percent": "'%(x)s' % {'x': __builtins__}",
    "error's context": "try:\n  try:\n    1 / 0\n  except Exception:\n    open('SECRET')\nexcept Exception as e:\n"
    "  e.__context__.__traceback__",
    "error's class": "try:\n  1 / 0\nexcept Exception as e:\n  e.with_traceback(None).__class__.__subclasses__()",
    "names of a class": "class Own:\n  def f(self): return __class__\nOwn().f().__base__.__subclasses__()",
    "getattr in the class": "class Own:\n  def __getattr__(self, name): return open\nOwn().x('SECRET').read()",
    "class by pattern": "match print:\n  case object(__self__=found): found.open('SECRET').read()",
    "await of its own": "class Own:\n  def __await__(self): return iter([open])\nawait Own()",
    "named like ims's": "def get_media_info(**k): return open('SECRET').read()\nget_media_info()",
    "nul in a path": "open('SECRET\\x00.txt').read()",
    "surrogates in a path": "open('SECRET\\udc80').read()",
    # kinds that the sandbox's own tests have beside these
    "with": "with open('SECRET') as file:\n  text = file.read()\ntext",
    "path open": "from pathlib import Path\nPath('SECRET').open('rb').read()",
    "path stat": "from pathlib import Path\nPath('SECRET').stat().st_size",
    "path chmod": "from pathlib import Path\nPath('SECRET').chmod(0o777)",
    "path out of a folder": "from pathlib import Path\nPath('PLACE/none/../written').mkdir(parents=True)",
    "path through a link": "from pathlib import Path\nPath('/proc/self/rootSECRET').read_text()",
    "a link read": "import os\nos.readlink('/proc/self/exe')",
    "chdir": "import os\nos.chdir('PLACE')\nopen('secret').read()",
    "identity": "import os\n(os.getpid(), os.cpu_count(), os.uname().nodename)",
    "import by a dot": "from . import trap",
    "import of everything": "from os import *\nsystem('touch PLACE/written')",
    "import by exec": "names = {}\nexec('import subprocess as s', names)\nnames['s'].run(['touch', 'PLACE/written'])",
    "ims by exec": "names = {}\nexec('import ims', names)\nawait names['ims'].delete_media_infos(MediaIds='a')",
    "builtins of its own": "eval('open', {'__builtins__': {}})('SECRET').read()",
    "a path of names": "import ims\ngetattr(ims, 'get_media_info.__globals__')",
    "ims called": "import ims\nims('SECRET')",
    "frame of a with": "class Own:\n  def __enter__(self): return self\n  def __exit__(self, kind, error, trace):\n"
    "    self.frame = trace.tb_frame\n    return True\nown = Own()\nwith own: 1 / 0\nown.frame.f_globals",
    "thread of asyncio": "import asyncio\n(await asyncio.to_thread(open, 'SECRET')).read()",
    "loop of asyncio": "import asyncio\nasyncio.get_running_loop().run_in_executor(None, open, 'SECRET')",
    "coroutine by hand": "import ims\nims.get_media_info(MediaId='a').send(None).gi_frame",
}


class _Answers:
    """What ``ims`` answers: an asset, with nothing of the host in it."""

    def __init__(self) -> None:
        self.names: list[str] = []

    async def answer(self, name: str, args: tuple[Any, ...], arguments: dict[str, Any]) -> Any:
        self.names.append(name)
        assert not any(map(callable, (*args, *arguments.values())))
        return {"MediaInfo": {"MediaId": "a"}}


def list_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


async def attempt(code: str, answers: _Answers) -> tuple[Ended, Printed]:
    printed = Printed()
    script = SandboxedScript(code, "pass", {"get_media_info"}, STUBS)
    return await Sandbox().run(script, answers.answer, lambda _: [], printed, seconds=10), printed


@pytest.mark.parametrize("name", ATTEMPTS)
async def test_nothing_but_ims_is_reached(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret"
    secret.write_text(CANARY)
    (tmp_path / "trap.py").write_text(f"raise SystemExit({CANARY!r})")
    monkeypatch.setenv("CANARY", CANARY)
    before = list_files(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        code = ATTEMPTS[name].replace("SECRET", str(secret)).replace("PLACE", str(tmp_path))
        answers = _Answers()
        ended, printed = await attempt(code.replace("PORT", str(listener.getsockname()[1])), answers)
        with pytest.raises(BlockingIOError):
            listener.accept()
    told = f"{ended.value} {ended.problem} {printed.text}"
    assert CANARY not in told
    assert "ims_mcp" not in str(ended.value)
    assert list_files(tmp_path) == before
    assert secret.read_text() == CANARY
    assert set(answers.names) <= {"get_media_info"}
    assert ended.outcome in ("done", "failed"), ended


async def test_there_are_fifty_attempts() -> None:
    assert len(ATTEMPTS) >= 50


async def test_a_script_that_reaches_ims_gets_its_answer() -> None:
    """What shows that the attempts fail for what they try, and not because nothing works here."""
    answers = _Answers()
    ended, _ = await attempt("import ims\n(await ims.get_media_info(MediaId='a'))['MediaInfo']['MediaId']", answers)
    assert (ended.outcome, ended.value, answers.names) == ("done", "a", ["get_media_info"])


@pytest.mark.skipif(sys.platform == "win32", reason="its program is stood in for by one of a shell")
async def test_the_process_of_a_script_has_nothing_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, told = tmp_path / "program", tmp_path / "told"
    program.write_text(f'#!/bin/sh\n/usr/bin/env > {quote(str(told))}\nexec {quote(find_monty_binary())} "$@"\n')
    program.chmod(0o700)
    for name, value in {"CANARY": CANARY, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": CANARY, "MONTY_BIN": str(program)}.items():
        monkeypatch.setenv(name, value)
    ended, _ = await attempt("1 + 1", _Answers())
    assert ended.value == 2
    own = {"PWD", "OLDPWD", "SHLVL", "_"}
    assert {line.partition("=")[0] for line in told.read_text().splitlines()} <= own


async def test_what_one_script_leaves_behind_is_not_there_for_the_next() -> None:
    sandbox = Sandbox()
    left = SandboxedScript("import json\nleft = 'canary'\nleft", "pass", {"get_media_info"}, STUBS)
    taken = SandboxedScript("left", "pass", {"get_media_info"}, STUBS)
    answers = _Answers()
    first = await sandbox.run(left, answers.answer, lambda _: [], Printed(), seconds=10)
    second = await sandbox.run(taken, answers.answer, lambda _: [], Printed(), seconds=10)
    assert (first.value, second.outcome) == ("canary", "failed")
    assert "NameError" in second.problem
