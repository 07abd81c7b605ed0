"""A SOCKS 5 proxy on loopback that leads every name to one port of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class SocksProxy:
    """``password``: asked for where it is given. ``asked_for``: the host and port of every request."""

    target_port: int
    password: str = ""
    asked_for: list[str] = field(default_factory=list[str])
    port: int = 0

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[SocksProxy]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not await self._admit(reader, writer):
                return
            _, _, _, kind = await reader.readexactly(4)
            assert kind == 3, "the name itself travels to the proxy"
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
            self.asked_for.append(f"{host}:{int.from_bytes(await reader.readexactly(2))}")
            there, back = await asyncio.open_connection("127.0.0.1", self.target_port)
            writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
            await asyncio.gather(pump(reader, back), pump(there, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        _, count = await reader.readexactly(2)
        offered = await reader.readexactly(count)
        if not self.password:
            writer.write(b"\x05\x00")
            return True
        if 2 not in offered:
            writer.write(b"\x05\xff")
            return False
        writer.write(b"\x05\x02")
        _, length = await reader.readexactly(2)
        await reader.readexactly(length)
        given = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        good = given == self.password
        writer.write(b"\x01\x00" if good else b"\x01\x01")
        return good


async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65_536):
            target.write(data)
            await target.drain()
    except OSError:
        pass
    finally:
        target.close()
