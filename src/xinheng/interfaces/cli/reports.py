"""`xinheng report verify`: says of a credit report whether it is genuine, with certificates alone and without any server."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from xinheng.core.os_errors import os_cause
from xinheng.core.refusal import Refusal

MOST_BYTES = 50 * 1024 * 1024
STALE = 3
"""Exit code for a genuine report that no longer holds."""


def register(app: typer.Typer) -> None:
    commands = typer.Typer(help="信用报告：核验。", no_args_is_help=True)
    commands.command("verify")(verify)
    app.add_typer(commands, name="report")


def verify(
    file: Annotated[Path, typer.Argument(help="报告（.pdf、.ofd）或者数据文件（.json）", metavar="文件")],
    certificates: Annotated[
        Path | None,
        typer.Option(help="从平台核验页面下载的证书（PEM）；给出时不连接数据库，离线核验", metavar="证书"),
    ] = None,
    signature: Annotated[
        Path | None, typer.Option(help="文件旁边的国密签名（.sig）；给出时一并核验", metavar="签名")
    ] = None,
) -> None:
    """核验信用报告是否由平台签发、有没有被改动；不离线时还说明所载内容有没有变化。"""
    content, beside = _read(file), _read(signature) if signature is not None else b""
    if signature is not None and not beside:
        _failed(file, "签名文件是空的。")
    if certificates is not None:
        _offline(file, content, beside, trusted_in(certificates))
    else:
        _here(file, content, beside)


def _read(file: Path) -> bytes:
    """Raises Refusal RV1 for a file that cannot be read, RV2 for one that is too large."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Refusal("RV2", f"{file.name}超过50MB，不是信用报告。", advice="请核对文件。")
        return file.read_bytes()
    except OSError as error:
        raise Refusal(
            "RV1", f"不能读取{file}（{os_cause(error)}）。", advice="请核对路径和读取权限。"
        ) from error


def trusted_in(file: Path) -> list[bytes]:
    """Certificates as DER. Raises Refusal RV3 where there is none."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        found = x509.load_pem_x509_certificates(_read(file))
    except ValueError as error:
        raise Refusal(
            "RV3", f"{file.name}里没有证书。", advice="请从平台的信用报告核验页面下载证书文件。"
        ) from error
    return [one.public_bytes(Encoding.DER) for one in found]


def _offline(file: Path, content: bytes, signature: bytes, trusted: list[bytes]) -> None:
    from xinheng.documents.reports import check_file

    seen = check_file(content, trusted, signature=signature)
    if not seen.genuine:
        _failed(file, seen.cause)
    print(f"✓ 由证书所属平台签发，未被改动：{seen.number}。{seen.sm2.label}。")
    if seen.stamp is not None:
        print("  文件带有时间戳；离线核验不核对时间戳机构，不采信其时间。")
    print("  离线核验不能知道所载内容现在有没有变化，请凭报告编号在平台的核验页面查询。")


def _here(file: Path, content: bytes, signature: bytes) -> None:
    from datetime import UTC, datetime

    from xinheng.interfaces.cli.ready import ready

    ready()
    from xinheng.services.policies import policy_in_force
    from xinheng.services.reports_verifying import State, verify_file
    from xinheng.services.time import day_of

    today = day_of(datetime.now(UTC))
    seen = verify_file(content, policy=policy_in_force(on=today), today=today, signature=signature)
    if not seen.genuine or seen.answer is None or seen.answer.state is State.UNKNOWN:
        _failed(file, seen.cause or "没有出具过这个编号的报告。")
    print(f"✓ 由本平台签发，未被改动：{seen.answer.number}。{seen.sm2.label}。")
    if content.startswith(b"%PDF"):
        print(f"  {seen.stamp.label if seen.stamp else '没有时间戳'}。")
    if seen.answer.state is State.CURRENT:
        print("  所载内容与平台现有信息一致。")
        return
    print(f"  {seen.answer.state.label}：已有更新，请重新获取。", file=sys.stderr)
    raise typer.Exit(STALE)


def _failed(file: Path, cause: str) -> NoReturn:
    print(f"✗ {cause}")
    print(f"核验未通过：{file.name}。", file=sys.stderr)
    raise typer.Exit(1)
