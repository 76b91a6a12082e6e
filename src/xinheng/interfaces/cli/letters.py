"""`xinheng letters`: says whether a letter or an archive package is genuine, and looks after fonts and signing keys."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from xinheng.core.os_errors import os_cause
from xinheng.core.refusal import Refusal

MOST_BYTES = 300 * 1024 * 1024


def register(app: typer.Typer) -> None:
    commands = typer.Typer(help="文书：核验、字体和签名密钥。", no_args_is_help=True)
    commands.command("verify")(verify)
    commands.command("fonts")(fonts)
    commands.command("keys")(keys)
    commands.command("renew")(renew)
    commands.command("adopt")(adopt)
    commands.command("adopt-hsm")(adopt_hsm)
    app.add_typer(commands, name="letters")


def _read(file: Path) -> bytes:
    """Raises Refusal LC1 for a file that cannot be read, LC2 for one that is too large."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Refusal("LC2", f"{file.name}超过300MB，不是文书或者归档包。", advice="请核对文件。")
        return file.read_bytes()
    except OSError as error:
        raise Refusal(
            "LC1", f"不能读取{file}（{os_cause(error)}）。", advice="请核对路径和读取权限。"
        ) from error


def verify(
    file: Annotated[Path, typer.Argument(help="文书（.pdf）或者归档包（.zip）", metavar="文件")],
) -> None:
    """核验文书或者归档包是否由本平台签发、有没有被改动。"""
    content = _read(file)
    from xinheng.interfaces.cli.ready import ready

    ready()
    from xinheng.services.letters_archive import verify_file

    seen = verify_file(content)
    for cause in seen.causes:
        print(f"✗ {cause}")
    numbers = "、".join(seen.numbers)
    if not seen.genuine:
        print(f"核验未通过：{file.name}{f'（{numbers}）' if numbers else ''}。", file=sys.stderr)
        raise typer.Exit(1)
    print(f"✓ 由本平台签发，未被改动{f'：{numbers}' if numbers else ''}。")
    if content.startswith(b"%PDF"):
        print(f"  {seen.stamp.label if seen.stamp else '没有时间戳'}。")


def fonts() -> None:
    """检查制作文书的中文字体。"""
    from xinheng.documents.fonts import RARE, check_fonts

    check_fonts()
    print(f"✓ 字体齐全，能印出 {RARE}。")


def keys() -> None:
    """列出签名密钥；在密码机里的密钥各试签一次。"""
    from xinheng.interfaces.cli.ready import ready

    ready()
    from xinheng.documents.signing import short_id
    from xinheng.documents.sm2 import is_there
    from xinheng.services.signing_keys import where_held
    from xinheng.services.time import day_of
    from xinheng.store.signing_keys import Curve, SigningKey

    for row in SigningKey.objects.order_by("pk"):
        kind = "试用密钥" if row.development else "正式密钥"
        state = f"{day_of(row.retired_at)} 停用" if row.retired_at else "使用中"
        curve = Curve(row.curve).label
        said = [short_id(row.id_digest), curve, kind, f"{day_of(row.made_at)} 启用", state]
        if (found := where_held(row)) is not None:
            key, refused = found
            signs = refused.message if refused else "可以签名"
            said.append(f"密码机“{key.token}”，标签“{key.label}”：{signs}")
        print("  ".join(said))
    print(f"本机的 OpenSSL {'支持' if is_there() else '不支持'} SM2。")
    if not SigningKey.objects.exists():
        print("还没有签名密钥；签发第一份文书时自动生成试用密钥。")


def renew() -> None:
    """更换试用密钥；此前签发的文书仍可核验。"""
    from xinheng.interfaces.cli.ready import ready

    ready()
    from xinheng.documents.signing import short_id
    from xinheng.services.signing_keys import renew_trial_keys

    for row in renew_trial_keys(organ="试用", now=datetime.now(UTC)):
        print(f"已启用试用密钥 {short_id(row.id_digest)}。")


def adopt(
    private: Annotated[Path, typer.Argument(help="私钥（DER 格式）", metavar="私钥")],
    certificate: Annotated[Path, typer.Argument(help="证书（DER）", metavar="证书")],
) -> None:
    """启用证书机构签发的密钥（P-256 或者 SM2），停用同一曲线的其余密钥。登记后请妥善销毁私钥文件。"""
    given = _read(private), _read(certificate)
    from xinheng.interfaces.cli.ready import ready

    ready()
    from xinheng.documents.signing import short_id
    from xinheng.services.signing_keys import adopt_key

    row = adopt_key(*given, now=datetime.now(UTC))
    print(f"已启用正式密钥 {short_id(row.id_digest)}。")


def adopt_hsm(
    token: Annotated[str, typer.Argument(help="令牌名称", metavar="令牌")],
    label: Annotated[str, typer.Argument(help="私钥的标签", metavar="标签")],
    certificate: Annotated[Path, typer.Argument(help="证书（DER）", metavar="证书")],
) -> None:
    """启用密码机里的 P-256 密钥，停用其余 P-256 密钥。先试签一次，签不成就不登记。"""
    given = _read(certificate)
    from xinheng.interfaces.cli.ready import ready

    ready()
    from xinheng.documents.hsm import HeldKey
    from xinheng.documents.signing import short_id
    from xinheng.services.signing_keys import adopt_held_key

    row = adopt_held_key(HeldKey(token, label), given, now=datetime.now(UTC))
    print(f"已启用密码机里的正式密钥 {short_id(row.id_digest)}（令牌“{token}”，标签“{label}”）。")
